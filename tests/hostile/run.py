"""Makes a hostile project, runs the real tcgen on it, and tells what does not hold."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import yaml
from tests.hostile.case import SHOP, Case

MOST_OUTPUT = 12_000
MOST_MEMORY = 4 << 30
MARK = "TCGEN_HOSTILE_RUN"
# not python -m tcgen, which has the project's folder first on its path
TCGEN = str(Path(sys.executable).with_name("tcgen"))
# tabs and newlines are text
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
BUG = re.compile(r"bug in tcgen|Traceback \(most recent call last\)|internal-error")


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    output: str
    seconds: float


def problems(case: Case, cache: Path) -> list[str]:
    """Return what does not hold of a case; nothing where all does."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        root, scratch = Path(folder, "shop"), Path(folder, "tmp")
        root.mkdir()
        scratch.mkdir()
        try:
            return list(_tried(case, root, scratch, cache))
        finally:
            if case.undo:
                case.undo(root)
            _unlock(root)


def _tried(case: Case, root: Path, scratch: Path, cache: Path) -> Iterator[str]:
    _write(root, SHOP)
    for argv in case.before:
        done = _run(argv, root, scratch, cache, {}, 180)
        if done.status != 0:
            yield f"{' '.join(argv[:2])} before it: status {done.status}: {done.output[-500:]}"
            return
    _write(root, case.files)
    if case.make:
        case.make(root)
    _empty(scratch)
    before = snapshot(root)
    done = _run(case.argv, root, scratch, cache, case.environ, case.seconds, case.interrupt)
    yield from _said(case, done)
    yield from (f"process left: {one}" for one in _left(str(scratch)))
    if left := sorted(path.name for path in scratch.iterdir()):
        yield f"left in TMPDIR: {', '.join(left[:5])}"
    after = snapshot(root)
    if case.interrupt is not None:
        yield from _whole(root, before, after)
    elif case.stays and after != before:
        yield f"the tree changed: {', '.join(_differing(before, after)[:5])}"
    elif not case.stays:
        yield from _unreadable(root, _differing(before, after))
    if case.tidy:
        yield from _untidy(root / "tests" / "integration")
    if pwned := [path for path in after if path.endswith("pwned")]:
        yield f"a command ran: {', '.join(pwned)}"


def _untidy(suite: Path) -> Iterator[str]:
    for command in (
        ["format", "--diff"],
        ["check", "--target-version", "py310", "--select", "E,F,W,UP,B,SIM"],
    ):
        ignored = ["--ignore", "E501"] if command[0] == "check" else []
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *ignored, "--isolated", "--quiet", "--no-cache", suite],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            yield f"ruff {command[0]}: {(done.stdout + done.stderr)[:700]}"


def _said(case: Case, done: Ran) -> Iterator[str]:
    if done.seconds > case.seconds:
        yield f"took {done.seconds:.0f} s"
    if done.status not in case.status:
        yield f"status {done.status}: {done.output.strip()[-600:]}"
    if BUG.search(done.output):
        yield f"not a message for a user: {done.output.strip()[-600:]}"
    if len(done.output) > MOST_OUTPUT:
        yield f"{len(done.output)} characters of output"
    if found := CONTROL.search(done.output):
        yield f"control character {found[0]!r} in the output: {done.output[max(0, found.start() - 80) :][:160]!r}"
    yield from (f"{secret!r} is shown" for secret in case.secrets if secret in done.output)
    yield from (
        f"says nothing of {one!r}: {done.output.strip()[-600:]}"
        for one in case.says
        if not re.search(one, done.output)
    )
    if (
        2 in case.status
        and done.status == 2
        and "hint:" not in done.output
        and '"hint": "' not in done.output
    ):
        yield f"no next step: {done.output.strip()[-400:]}"


def _whole(root: Path, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """After an interrupt: nothing was written, or all of it, and nothing lies around."""
    rest = [path for path in after if re.search(r"(^|/)[.][^/]+[.]tcgen$|[.]part$|journal[.]json$", path)]
    if rest:
        yield f"half written: {', '.join(rest)}"
    changed = _differing(before, after)
    if changed and ".tcgen/answers.yml" not in changed:
        yield f"half written: {', '.join(changed[:5])}"
    yield from _unreadable(root, changed)


def _unreadable(root: Path, paths: list[str]) -> Iterator[str]:
    """What was generated has to parse."""
    for path in paths:
        place = root / path
        if not place.is_file():
            continue
        try:
            if place.suffix == ".py":
                ast.parse(place.read_bytes())
            elif place.suffix in (".yml", ".yaml"):
                yaml.safe_load(place.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError, yaml.YAMLError) as error:
            yield f"{path} does not parse: {error}"


def _write(root: Path, files: Mapping[str, str | bytes | None]) -> None:
    for name, content in files.items():
        path = root / name
        if content is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)


def _run(
    argv: tuple[str, ...],
    root: Path,
    scratch: Path,
    cache: Path,
    environ: Mapping[str, str],
    seconds: float,
    interrupt: float | None = None,
) -> Ran:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "TEST_", "TCGEN_"))}
    given = {
        **inherited,
        "TMPDIR": str(scratch),
        "XDG_CACHE_HOME": str(cache),
        MARK: str(scratch),
        "NO_COLOR": "1",
        **environ,
    }
    given.pop("PYTHONPYCACHEPREFIX", None)
    started = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            [TCGEN, *argv],
            cwd=root,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_bounded,
        )
        status = _waited(child, seconds, interrupt)
        took = time.monotonic() - started
        output.seek(0)
        return Ran(status, output.read(4_000_000).decode("utf-8", "replace"), took)


def _bounded() -> None:
    """Let no run take all of the machine's memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _waited(child: subprocess.Popen[bytes], seconds: float, interrupt: float | None) -> int:
    try:
        if interrupt is not None:
            try:
                return child.wait(interrupt)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGINT)
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return child.wait()


def _left(mark: str) -> list[str]:
    """End and return what the run left: all that has its mark in the environment, whatever its session."""
    time.sleep(0.05)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            if command:
                found.append(command[:120])
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue
    return found


def snapshot(root: Path) -> dict[str, str]:
    """Return what lies in a folder: kind, mode and content of each entry."""
    found: dict[str, str] = {}
    for folder, dirs, files in os.walk(root):
        for name in (*dirs, *files):
            path = Path(folder, name)
            found[path.relative_to(root).as_posix()] = _state(path)
    return found


def _state(path: Path) -> str:
    seen = path.lstat()
    if stat.S_ISLNK(seen.st_mode):
        return f"link to {path.readlink()}"
    if stat.S_ISREG(seen.st_mode):
        return f"{seen.st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return f"{seen.st_mode:o}"


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _unlock(root: Path) -> None:
    """Let a folder be deleted."""
    for folder, dirs, _ in os.walk(root):
        for name in dirs:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755)


def new_cache() -> Path:
    """A folder that stands for the user's cache."""
    place = Path(tempfile.gettempdir(), f"hostile-cache-{uuid4().hex[:8]}")
    place.mkdir()
    return place
