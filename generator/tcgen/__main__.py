"""The ``tcgen`` command and ``python -m tcgen``: whatever ends a run, nothing that it started is left."""

import sys

from tcgen import interrupts


def main() -> None:
    """Run the command line."""
    interrupts.listen()
    try:
        try:
            _run()
        finally:
            # what is left to do takes milliseconds
            interrupts.ignore()
    except interrupts.Interrupted as stop:
        sys.stderr.write(f"stopped by {stop}: what was written stays whole, the same command begins anew\n")
        sys.exit(stop.status)


def _run() -> None:
    # these take their time, in which an interrupt is as likely as later
    from tcgen import processes

    with processes.own_children():
        from tcgen.cli.app import main

        main()


if __name__ == "__main__":
    main()
