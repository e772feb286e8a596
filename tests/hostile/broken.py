"""Broken input: files that cannot be read, code that breaks the interpreter it runs in, disks that refuse."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

from tests.hostile.case import CHECK, INIT, MODELS, PYPROJECT, UPDATE, Case, add, works

SECRET = "hunter2-s3cret"
URL = f"postgresql://shop:{SECRET}@db.example.com/shop"
WRAPPED = ("init", "-y", "--no-prove", "--ci", "none", "--python", "./python")
SHORT = {"TCGEN_TIMEOUT": "15"}
FOREVER = "import time\nwhile True:\n    time.sleep(1)\n"
DEEP = "(" * 5000 + ")" * 5000
ALEMBIC_INI = "[alembic]\nscript_location = migrations\n"
ENV_PY = """\
from alembic import context
from shop.models import Base
from sqlalchemy import engine_from_config

engine = engine_from_config(context.config.get_section("alembic"), prefix="sqlalchemy.")
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""


def _tool(text: str) -> dict[str, str]:
    return {"pyproject.toml": PYPROJECT + text}


def _models(before: str = "", after: str = "") -> dict[str, str]:
    return {"shop/models.py": before + MODELS + after}


def _fifo(*names: str):
    def make(root: Path) -> None:
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).unlink(missing_ok=True)
            os.mkfifo(root / name)

    return make


def _socket(name: str):
    def make(root: Path) -> None:
        # a path of a socket may have 108 characters
        before = Path.cwd()
        with socket.socket(socket.AF_UNIX) as one:
            os.chdir(root)
            try:
                one.bind(name)
            finally:
                os.chdir(before)

    return make


def _link(name: str, to: str):
    def make(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).unlink(missing_ok=True)
        (root / name).symlink_to(to)

    return make


def _folder(name: str):
    def make(root: Path) -> None:
        (root / name).unlink(missing_ok=True)
        (root / name).mkdir(parents=True)

    return make


def _mounted(options: str):
    def make(root: Path) -> None:
        kept = {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        pages = 32 + sum(2 + len(content) // 4096 for content in kept.values())
        size = f"size={4 * pages}k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "shop", str(root)], check=True)
        for path, content in kept.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        if options == "full":
            _fill(root / "data.bin")
        elif options == "ro":
            subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)

    return make


def _fill(place: Path) -> None:
    with place.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 1024):
                pass
        except OSError:
            return


def _unmount(root: Path) -> None:
    subprocess.run(["umount", "-l", str(root)], check=False)


def _wrapper(text: str):
    """An interpreter that is none."""

    def make(root: Path) -> None:
        place = root / "python"
        place.write_text(f"#!/bin/sh\n{text}\n")
        place.chmod(place.stat().st_mode | stat.S_IXUSR)

    return make


_PYPROJECT = (
    Case(
        "pyproject-key-twice",
        {"pyproject.toml": PYPROJECT + 'name = "x"\nname = "y"\n'},
        says=("pyproject.toml",),
    ),
    Case("pyproject-table-twice", _tool("[project]\n"), says=("pyproject.toml",)),
    Case("pyproject-dotted-twice", _tool("[a.b]\nc=1\n[a]\nb.c=2\n"), says=("pyproject.toml",)),
    Case(
        "pyproject-latin-1", {"pyproject.toml": PYPROJECT.encode() + b"# caf\xe9\n"}, says=("pyproject.toml",)
    ),
    Case("pyproject-utf-16", {"pyproject.toml": PYPROJECT.encode("utf-16")}, says=("pyproject.toml",)),
    Case("pyproject-nul", {"pyproject.toml": PYPROJECT + "\0"}, says=("pyproject.toml",)),
    works("pyproject-bom", files={"pyproject.toml": b"\xef\xbb\xbf" + PYPROJECT.encode()}),
    Case("pyproject-tool-is-1", {"pyproject.toml": "tool = 1\n" + PYPROJECT}, says=("pyproject.toml",)),
    Case("pyproject-tcgen-is-1", _tool("[tool]\ntcgen = 1\n"), says=("pyproject.toml", "tcgen")),
    Case("pyproject-tcgen-list", _tool("[[tool.tcgen]]\ndest = 'x'\n"), says=("pyproject.toml", "tcgen")),
    Case("pyproject-project-is-1", {"pyproject.toml": "project = 1\n"}, status=(0, 2), stays=False),
    Case("pyproject-unknown-setting", _tool("[tool.tcgen]\ncolour = 1\n"), says=("pyproject.toml", "colour")),
    Case("pyproject-dest-outside", _tool("[tool.tcgen]\ndest = '../x'\n"), says=("pyproject.toml", "dest")),
    Case(
        "pyproject-dest-absolute", _tool("[tool.tcgen]\ndest = '/tmp/x'\n"), says=("pyproject.toml", "dest")
    ),
    Case(
        "pyproject-dest-newline",
        _tool('[tool.tcgen]\ndest = "tests/x\\n"\n'),
        says=("pyproject.toml", "dest"),
    ),
    Case("pyproject-dest-number", _tool("[tool.tcgen]\ndest = 1\n"), says=("pyproject.toml", "dest")),
    Case("pyproject-dest-git", _tool("[tool.tcgen]\ndest = '.git/x'\n"), says=("pyproject.toml", "dest")),
    Case(
        "pyproject-dest-is-a-file",
        {**_tool("[tool.tcgen]\ndest = 'shop/models.py'\n")},
        says=("shop/models.py",),
    ),
    Case("pyproject-shards", _tool("[tool.tcgen]\nshards = 1000000\n"), says=("pyproject.toml", "shards")),
    Case("pyproject-app-number", _tool("[tool.tcgen]\napp = 1\n"), says=("pyproject.toml", "app")),
    Case(
        "pyproject-provider-deep",
        _tool(f"[tool.tcgen.providers]\n'shop.models.Item.name' = '{DEEP}'\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-deep-minus",
        _tool(f"[tool.tcgen.providers]\n'shop.models.Item.name' = '{'-' * 90000}1'\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-deep-dots",
        _tool(f"[tool.tcgen.providers]\n'shop.models.Item.name' = 'x{'.y' * 20000}'\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-nul",
        _tool('[tool.tcgen.providers]\n"shop.models.Item.name" = "1\\u0000"\n'),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-statement",
        _tool("[tool.tcgen.providers]\n'shop.models.Item.name' = 'import os'\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-two-lines",
        _tool("[tool.tcgen.providers]\n'shop.models.Item.name' = '''1\n    import os'''\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-escape",
        _tool("[tool.tcgen.providers]\n'shop.models.Item.name' = '''1)\n(2'''\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-yield",
        _tool("[tool.tcgen.providers]\n'shop.models.Item.name' = '(yield 1)'\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-huge-number",
        _tool(f"[tool.tcgen.providers]\n'shop.models.Item.name' = '{'9' * 5000}'\n"),
        says=("pyproject.toml", "providers"),
    ),
    Case(
        "pyproject-provider-unknown",
        _tool("[tool.tcgen.providers]\n'no.Such.x' = '1'\n"),
        says=("no.Such.x",),
    ),
    Case(
        "pyproject-provider-number",
        _tool("[tool.tcgen.providers]\n'shop.models.Item.name' = 1\n"),
        says=("providers",),
    ),
    works("pyproject-poetry-list", files=_tool("[tool]\npoetry = [1, 2]\n")),
    works("pyproject-poetry-dependencies", files=_tool("[tool.poetry]\nname = 1\ndependencies = 'x'\n")),
    works("pyproject-poetry-groups", files=_tool("[tool.poetry]\ngroup = [1]\ndev-dependencies = 3\n")),
    works(
        "pyproject-poetry-group", files=_tool("[tool.poetry.group]\ndev = 1\n[tool.poetry.extras]\na = 1\n")
    ),
    works(
        "pyproject-poetry-source", files=_tool("[tool.poetry]\npackages = [1, {include = 3}]\nscripts = []\n")
    ),
    works(
        "pyproject-uv-types",
        files=_tool("[tool.uv]\nsources = 1\nworkspace = [1]\ndev-dependencies = {a = 1}\n"),
    ),
    works(
        "pyproject-uv-members", files=_tool("[tool.uv.workspace]\nmembers = [1, '../../*']\nexclude = 3\n")
    ),
    works("pyproject-pdm-types", files=_tool("[tool.pdm]\ndev-dependencies = [1]\n")),
    works("pyproject-hatch-types", files=_tool("[tool.hatch]\nenvs = 1\nbuild = [1]\n")),
    works("pyproject-setuptools", files=_tool("[tool.setuptools]\npackages = 1\npackage-dir = 'x'\n")),
    works("pyproject-setuptools-find", files=_tool("[tool.setuptools.packages]\nfind = 1\n")),
    works("pyproject-pytest-types", files=_tool("[tool.pytest]\nini_options = [1]\n")),
    works(
        "pyproject-pytest-values", files=_tool("[tool.pytest.ini_options]\ntestpaths = {a=1}\naddopts = 1\n")
    ),
    Case(
        "pyproject-pytest-path-outside",
        _tool("[tool.pytest.ini_options]\ntestpaths = ['../../tests']\npythonpath = ['/', '../..']\n"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "pyproject-dependencies",
        {"pyproject.toml": "[project]\nname=1\nversion=1\ndependencies=[1, 'not a requirement!!', '']\n"},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "pyproject-optional",
        {"pyproject.toml": "[project]\nname='x'\ndependencies='sqlalchemy'\noptional-dependencies=[1]\n"},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "pyproject-requires-python",
        {"pyproject.toml": PYPROJECT.replace(">=3.10", "banana")},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "pyproject-groups-list", _tool("[dependency-groups]\nintegration = 'x'\n"), says=("pyproject.toml",)
    ),
    Case(
        "pyproject-groups-is-1",
        {"pyproject.toml": "dependency-groups = 1\n" + PYPROJECT},
        says=("pyproject.toml",),
    ),
    works("pyproject-group-includes", files=_tool("[dependency-groups]\na = [{include-group = 'a'}, 1]\n")),
    Case("pyproject-is-a-folder", make=_folder("pyproject.toml"), status=(0, 2), stays=False),
    Case("pyproject-is-a-fifo", make=_fifo("pyproject.toml"), says=("pyproject.toml",)),
    Case("pyproject-is-a-loop", make=_link("pyproject.toml", "pyproject.toml"), status=(0, 2), stays=False),
    Case("pyproject-is-a-device", make=_link("pyproject.toml", "/dev/zero"), status=(0, 2), stays=False),
    Case("pyproject-empty", {"pyproject.toml": ""}, status=(0, 2), stays=False),
    Case("pyproject-deep", {"pyproject.toml": "a = " + "[" * 20000 + "]" * 20000}, says=("pyproject.toml",)),
    Case("pyproject-huge-number", _tool(f"[tool.x]\ny = {'9' * 5000}\n"), status=(0, 2), stays=False),
)

_FILES = (
    works("files-setup-cfg", files={"setup.cfg": "no section\n[metadata\n"}),
    works("files-setup-cfg-latin-1", files={"setup.cfg": b"[metadata]\nname = caf\xe9\n"}),
    works("files-setup-py-deep", files={"setup.py": f"x = {DEEP}\n"}),
    works("files-setup-py-nul", files={"setup.py": "x = 1\0\n"}),
    works(
        "files-setup-py-huge-number",
        files={"setup.py": f"setup(name={'9' * 5000}, x={{**1}}, y={{[]: 1}})\n"},
    ),
    works("files-pytest-ini", files={"pytest.ini": "[pytest\naddopts = 'unclosed\n"}),
    works("files-pytest-toml", files={"tox.ini": "[pytest]\naddopts = '\n"}),
    Case("files-pytest-toml-broken", {"pytest.toml": "[pytest\n"}, says=("pytest.toml",)),
    works("files-env-binary", files={".env": bytes(range(256)) * 10}),
    works("files-env-odd", files={".env": "=\nA\nexport\nB='\nC=${C}\nD=\"\\\n"}),
    works("files-env-fifo", make=_fifo(".env", ".env.example")),
    works("files-compose-broken", files={"docker-compose.yml": "services: [\n"}),
    works(
        "files-compose-types",
        files={"compose.yaml": "services:\n  a: 1\n  b: {image: [1]}\n  c: {image: {}}\n"},
    ),
    works("files-compose-list", files={"compose.yaml": "- 1\n- 2\n"}),
    works(
        "files-compose-tag",
        files={"compose.yaml": "services: !!python/object/apply:os.system ['touch pwned']\n"},
    ),
    works(
        "files-compose-bomb",
        files={
            "compose.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{chr(b)}: &{chr(b)} [{','.join(['*' + chr(b - 1)] * 9)}]\n" for b in range(98, 110))
        },
    ),
    works("files-compose-cycle", files={"compose.yaml": "services: &a\n  x: *a\n"}),
    works("files-compose-deep", files={"compose.yaml": "services: " + "[" * 3000 + "]" * 3000}),
    works(
        "files-compose-date", files={"compose.yaml": "services: {a: {image: 2001-99-99}}\nx: 2001-13-45\n"}
    ),
    works(
        "files-ci-broken",
        files={".github/workflows/ci.yml": "on: [\n"},
        argv=("init", "-y", "--no-prove", "--python", sys.executable),
    ),
    works(
        "files-requirements",
        files={"requirements.txt": "-r requirements.txt\n-r ../../../etc/passwd\n\0\n!!\n"},
    ),
    Case("files-pipfile", {"Pipfile": "[packages\n"}, status=(0, 2), stays=False),
    Case("files-lock-broken", {"uv.lock": "[[package\n", "poetry.lock": "[\n"}, status=(0, 2), stays=False),
    works("files-module-fifo", make=_fifo("shop/pipe.py", "shop/other.py")),
    works("files-module-socket", make=_socket("shop/sock.py")),
    works("files-module-folder", make=_folder("shop/odd.py")),
    works("files-module-dangling", make=_link("shop/gone.py", "nowhere.py")),
    works("files-module-loop", make=_link("shop/loop.py", "loop.py")),
    works("files-module-device", make=_link("shop/zero.py", "/dev/zero")),
    works("files-folder-loop", make=_link("shop/again", "../shop")),
    works("files-module-latin-1", files={"shop/more.py": b"# caf\xe9\nfrom shop.models import Base\n"}),
    works("files-module-declared-latin-1", files={"shop/more.py": b"# coding: latin-1\nx = '\xe9'\n"}),
    works("files-module-deep", files={"shop/deep.py": f"from shop.models import Base\nx = {DEEP}\n"}),
    works(
        "files-module-nul",
        files={"shop/nul.py": "from sqlalchemy import Table\nclass A(Base):\n    __tablename__ = 'a'\n\0"},
    ),
    works(
        "files-name-not-utf-8",
        make=lambda root: Path(os.fsdecode(os.fsencode(root) + b"/shop/caf\xe9.py")).write_text(MODELS),
    ),
    works("files-name-newline", make=lambda root: (root / "shop" / "a\nb.py").write_text(MODELS)),
    works("files-conftest-fifo", make=_fifo("conftest.py", "tests/conftest.py")),
    Case("files-git-is-a-file", {".git": "gitdir: /nowhere\n"}, status=(0, 2), stays=False),
    Case("files-git-fifo", make=_fifo(".git"), status=(0, 2), stays=False),
    Case(
        "files-git-head",
        {".git/HEAD": b"\xff\xfe", ".git/config": b"\0[", ".git/MERGE_HEAD": "x"},
        status=(0, 2),
        stays=False,
    ),
    Case("files-pyvenv", {".venv/pyvenv.cfg": b"\xff"}, status=(0, 2), stays=False),
    Case("files-tests-is-a-file", {"tests": "x"}, status=(0, 2), stays=False),
    Case("files-tcgen-is-a-file", {".tcgen": "x"}, says=("[.]tcgen",)),
    Case("files-dest-there", {"tests/integration/conftest.py": "x = 1\n"}, status=(0, 2), stays=False),
)

_IMPORTS = (
    Case(
        "import-syntax",
        {"shop/models.py": "from sqlalchemy.orm import DeclarativeBase\nclass (:\n"},
        says=("shop/models.py",),
    ),
    Case(
        "import-missing",
        _models("import no_such_module_anywhere\n"),
        says=("shop/models.py", "no_such_module_anywhere"),
    ),
    Case("import-raises", _models("raise RuntimeError('no')\n"), says=("shop/models.py",)),
    Case("import-exits", _models("import sys; sys.exit(3)\n"), says=("shop/models.py",)),
    Case("import-exits-hard", _models("import os; os._exit(0)\n"), says=("models",)),
    Case("import-exits-hard-7", _models("import os; os._exit(7)\n"), says=("7",)),
    Case("import-aborts", _models("import os; os.abort()\n"), says=("models",)),
    Case("import-kills-itself", _models("import os; os.kill(os.getpid(), 9)\n"), says=("models",)),
    Case("import-segfault", _models("import ctypes; ctypes.string_at(0)\n"), says=("models",)),
    Case("import-recursion", _models("def f(): return f()\nf()\n"), says=("shop/models.py",)),
    Case("import-interrupts", _models("raise KeyboardInterrupt\n"), says=("models",)),
    Case("import-forever", _models(FOREVER), says=("shop", "15"), environ=SHORT),
    Case("import-busy", _models("while True: pass\n"), says=("shop",), environ=SHORT),
    Case(
        "import-ignores-signals",
        _models("import signal\n[signal.signal(s, signal.SIG_IGN) for s in (2, 15)]\n" + FOREVER),
        says=("shop",),
        environ=SHORT,
    ),
    Case("import-input", _models("input('name? ')\n"), says=("shop/models.py",)),
    Case(
        "import-reads-stdin",
        _models("import sys; sys.stdin.read(); open(0).read()\n"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "import-regex",
        _models("import re; re.match('(a+)+$', 'a' * 60 + 'b')\n"),
        says=("shop",),
        environ=SHORT,
    ),
    Case("import-memory-error", _models("raise MemoryError\n"), says=("shop/models.py",)),
    Case(
        "import-error-no-text",
        _models("class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n"),
        says=("shop/models.py",),
    ),
    Case(
        "import-error-exits",
        _models("class E(Exception):\n    def __str__(self): import os; os._exit(0)\nraise E\n"),
        says=("models",),
    ),
    Case(
        "import-error-not-a-text",
        _models("class E(Exception):\n    def __str__(self): return 3\nraise E\n"),
        says=("shop/models.py",),
    ),
    Case(
        "import-base-exception",
        _models("class E(BaseException): pass\nraise E('x')\n"),
        says=("shop/models.py",),
    ),
    Case(
        "import-exception-group",
        _models("raise ExceptionGroup('g', [ValueError(1)])\n"),
        says=("shop/models.py",),
    ),
    Case("import-surrogate", _models("raise RuntimeError('\\udcff')\n"), says=("shop/models.py",)),
    works(
        "import-thread",
        files=_models("import threading, time\nthreading.Thread(target=lambda: time.sleep(1e6)).start()\n"),
    ),
    works(
        "import-thread-floods",
        files=_models(
            "import threading, time, os\ndef f():\n    while True:\n        os.write(1, b'x' * 65536); time.sleep(0.001)\nthreading.Thread(target=f).start()\n"
        ),
    ),
    works("import-atexit", files=_models("import atexit, time\natexit.register(time.sleep, 1e6)\n")),
    works("import-fork", files=_models("import os, time\nif os.fork() == 0:\n    time.sleep(1e6)\n")),
    works("import-fork-goes-on", files=_models("import os\nos.fork()\n")),
    works(
        "import-daemon",
        files=_models("import subprocess\nsubprocess.Popen(['sleep', '100000'], start_new_session=True)\n"),
    ),
    works(
        "import-daemon-double",
        files=_models(
            "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(1e6)\n    os._exit(0)\n"
        ),
    ),
    Case(
        "import-daemon-then-fails",
        _models(
            "import subprocess\nsubprocess.Popen(['sleep', '100000'], start_new_session=True)\nraise RuntimeError('no')\n"
        ),
        says=("shop/models.py",),
    ),
    works("import-child", files=_models("import subprocess\nsubprocess.Popen(['sleep', '100000'])\n")),
    works(
        "import-multiprocessing",
        files=_models(
            "import multiprocessing as m, time\nm.get_context('fork').Process(target=time.sleep, args=(1e6,)).start()\n"
        ),
    ),
    works(
        "import-server",
        files=_models("import socket\ns = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n"),
    ),
    works("import-closes-files", files=_models("import os\nfor n in (0, 1, 2):\n    os.close(n)\n")),
    Case(
        "import-closes-all",
        _models("import os\nos.closerange(0, 200)\n"),
        status=(0, 2),
        stays=False,
        says=(),
    ),
    works("import-stdout-none", files=_models("import sys\nsys.stdout = sys.stderr = None\n")),
    works("import-stdout-closed", files=_models("import sys\nsys.stdout.close()\n")),
    works("import-changes-folder", files=_models("import os\nos.chdir('/')\n")),
    works("import-clears-environ", files=_models("import os\nos.environ.clear()\n")),
    works("import-limits", files=_models("import sys\nsys.setrecursionlimit(200)\n")),
    works(
        "import-settrace",
        files=_models("import sys\nsys.settrace(lambda *a: None); sys.setprofile(lambda *a: None)\n"),
    ),
    works(
        "import-excepthook", files=_models("import sys\nsys.excepthook = None; sys.unraisablehook = None\n")
    ),
    Case(
        "import-breaks-path", _models("import sys\nsys.path[:] = []\n"), says=("shop/models.py", "sys.path")
    ),
    works(
        "import-path-odd",
        files=_models(
            "import sys, pathlib\nsys.path.insert(0, pathlib.Path('x')); sys.path.append(None); sys.path.append(b'x')\n"
        ),
    ),
    Case("import-path-none", _models("import sys\nsys.path = None\n"), says=("shop/models.py", "sys.path")),
    Case(
        "import-breaks-modules",
        files=_models(
            "import sys\nfor one in list(sys.modules):\n    if one in ('json', 'traceback', 'linecache', 'pkgutil', 'ast', 're'):\n        sys.modules[one] = None\n"
        ),
        says=("shop/models.py", "sys.modules"),
    ),
    Case("import-clears-modules", _models("import sys\nsys.modules.clear()\n"), status=(0, 2), stays=False),
    Case(
        "import-modules-odd",
        _models(
            "import sys\nsys.modules['odd'] = 3\nsys.modules['odder'] = type('M', (), {'__getattr__': lambda s, n: 1 / 0})()\n"
        ),
        status=(0,),
        stays=False,
    ),
    Case(
        "import-breaks-importlib",
        _models("import importlib\nimportlib.import_module = None\n"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "import-breaks-import",
        _models("", "\nimport builtins\nbuiltins.__import__ = None\n"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "import-breaks-builtins",
        _models("", "\nimport builtins\nbuiltins.len = builtins.isinstance = builtins.sorted = None\n"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "import-breaks-meta-path", _models("import sys\nsys.meta_path[:] = []\n"), status=(0, 2), stays=False
    ),
    Case(
        "import-breaks-json",
        _models("import json\njson.dumps = lambda *a, **k: '{}'\n"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "import-breaks-os",
        _models("import os\nos.write = lambda *a: 0\n"),
        status=(0, 2),
        stays=False,
        environ=SHORT,
    ),
    works(
        "import-hook-refuses",
        files=_models(
            "import sys\nclass F:\n    def find_spec(self, name, path=None, target=None):\n        if name.startswith('_tcgen') : raise ImportError('no')\nsys.meta_path.insert(0, F())\n"
        ),
    ),
    Case(
        "import-patches-sqlalchemy",
        _models(
            "",
            "\nimport sqlalchemy.orm\nsqlalchemy.orm.configure_mappers = None\nfrom sqlalchemy import MetaData\nMetaData.sorted_tables = None\n",
        ),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "import-answers-itself",
        _models(
            "import os, sys, json\nfor n in range(3, 30):\n    try: os.write(n, b'{\"schema\": {}}')\n    except OSError: pass\nos._exit(0)\n"
        ),
        says=("models",),
    ),
    Case(
        "import-answers-garbage",
        _models(
            "import os\nfor n in range(3, 30):\n    try: os.write(n, b'[1]')\n    except OSError: pass\nos._exit(0)\n"
        ),
        says=("models",),
    ),
    Case(
        "import-answers-much",
        _models(
            "import os\nfor n in range(3, 30):\n    try: [os.write(n, b'[' * 1000) for _ in range(100)]\n    except OSError: pass\nos._exit(0)\n"
        ),
        says=("models",),
    ),
    Case(
        "import-answers-wrong-types",
        _models(
            'import os\nfor n in range(3, 30):\n    try: os.write(n, b\'{"schema": {"tables": 3}, "missing": 3, "url_sources": []}\')\n    except OSError: pass\nos._exit(0)\n'
        ),
        says=("models",),
    ),
    Case(
        "import-answers-error",
        _models(
            "import os\nfor n in range(3, 30):\n    try: os.write(n, b'{\"error\": 3}')\n    except OSError: pass\nos._exit(0)\n"
        ),
        says=("models",),
    ),
    Case(
        "import-answers-before",
        _models(
            "import os\nfor n in range(3, 30):\n    try: os.write(n, b'hello')\n    except OSError: pass\n"
        ),
        status=(0, 2),
        stays=False,
    ),
    *(
        Case(f"shadow-{name}", {f"{name}.py": "x = 1\n"}, status=(0, 2), stays=False, says=())
        for name in (
            "json",
            "traceback",
            "types",
            "typing",
            "enum",
            "ast",
            "logging",
            "asyncio",
            "inspect",
            "re",
        )
    ),
    Case("shadow-exits", {"json.py": "import os\nos._exit(0)\n"}, status=(0, 2), stays=False),
    works("shadow-sqlalchemy", files={"sqlalchemy/__init__.py": "x = 1\n"}),
    works("shadow-sqlalchemy-raises", files={"sqlalchemy.py": "raise SystemExit(5)\n"}),
    works("shadow-sqlalchemy-version", files={"sqlalchemy/__init__.py": "__version__ = 'banana'\n"}),
    Case(
        "shadow-alembic",
        {"alembic/__init__.py": "", "alembic.ini": ALEMBIC_INI, "migrations/env.py": ENV_PY},
        status=(0, 2),
        stays=False,
    ),
    works("shadow-pytest", files={"pytest.py": "raise SystemExit(4)\n"}),
    Case(
        "sitecustomize-exits",
        {"sitecustomize.py": "import os\nos._exit(0)\n"},
        make=_wrapper(f'PYTHONPATH=. exec {sys.executable} "$@"'),
        argv=WRAPPED,
        says=("python",),
    ),
    Case(
        "sitecustomize-system-exit",
        {"sitecustomize.py": "raise SystemExit(9)\n"},
        make=_wrapper(f'PYTHONPATH=. exec {sys.executable} "$@"'),
        argv=WRAPPED,
        status=(0, 2),
        stays=False,
    ),
    Case(
        "usercustomize-prints",
        {"sitecustomize.py": "print('hello')\n"},
        make=_wrapper(f'PYTHONPATH=. exec {sys.executable} "$@"'),
        argv=WRAPPED,
        status=(0,),
        stays=False,
    ),
    Case(
        "sitecustomize-sleeps",
        {
            "sitecustomize.py": FOREVER.replace("\n", "\n")
            .replace("while", "import sys\nif 'tcgen' not in ' '.join(sys.orig_argv):\n  while")
            .replace("    time", "      time")
        },
        environ=SHORT,
        make=_wrapper(f'PYTHONPATH=. exec {sys.executable} "$@"'),
        argv=WRAPPED,
        status=(0, 2),
        stays=False,
    ),
)

_SECRETS = (
    Case(
        "secret-connects",
        _models(f"from sqlalchemy import create_engine\ncreate_engine({URL!r}).connect()\n"),
        secrets=(SECRET,),
        says=("shop/models.py",),
    ),
    Case(
        "secret-in-error",
        _models(f"raise RuntimeError('cannot reach {URL}')\n"),
        secrets=(SECRET,),
        says=("shop/models.py",),
    ),
    Case(
        "secret-in-line",
        _models(f"connect = None\nconnect('{URL}')\n"),
        secrets=(SECRET,),
        says=("shop/models.py",),
    ),
    Case(
        "secret-in-warning",
        {
            "shop/more.py": f"from shop.models import Base\nclass Z(Base):\n    __tablename__ = 'z'\n    raise ValueError('{URL}')\n"
        },
        status=(0, 2),
        stays=False,
        secrets=(SECRET,),
    ),
    Case(
        "secret-printed-then-dies",
        _models(f"import os\nprint('{URL}', flush=True)\nos._exit(3)\n"),
        secrets=(SECRET,),
        says=("3",),
    ),
    Case(
        "secret-env-printed",
        _models("import os\nraise RuntimeError(os.environ['SHOP_DATABASE_URL'])\n"),
        secrets=(SECRET,),
        environ={"SHOP_DATABASE_URL": URL},
        says=("shop/models.py",),
    ),
    Case(
        "secret-env-password",
        _models("import os\nraise RuntimeError('login with ' + os.environ['SHOP_PASSWORD'])\n"),
        secrets=(SECRET,),
        environ={"SHOP_PASSWORD": SECRET},
        says=("shop/models.py",),
    ),
    Case(
        "secret-odd-password",
        _models(f"raise RuntimeError('postgresql+psycopg://shop:{SECRET}@x!/p@db/shop?x=1')\n"),
        secrets=(SECRET,),
        says=("shop/models.py",),
    ),
    Case(
        "secret-dsn",
        _models(f"raise RuntimeError('host=db password={SECRET} dbname=shop')\n"),
        secrets=(SECRET,),
        says=("shop/models.py",),
    ),
    Case(
        "secret-json",
        (_models(f"raise RuntimeError('cannot reach {URL}')\n")),
        argv=(*INIT, "--json"),
        secrets=(SECRET,),
        says=("shop/models.py",),
    ),
    works(
        "secret-in-ini",
        files={"alembic.ini": ALEMBIC_INI + f"sqlalchemy.url = {URL}\n", "migrations/env.py": ENV_PY},
        secrets=(SECRET,),
    ),
    Case(
        "secret-env-py",
        {"alembic.ini": ALEMBIC_INI, "migrations/env.py": f"raise RuntimeError('{URL}')\n"},
        status=(0, 2),
        stays=False,
        secrets=(SECRET,),
    ),
    works(
        "secret-in-env-file", files={".env": f"DATABASE_URL={URL}\nSECRET_KEY={SECRET}\n"}, secrets=(SECRET,)
    ),
    Case(
        "secret-template",
        {".tcgen/answers.yml": None},
        before=(INIT,),
        argv=(*UPDATE, "--template", f"https://me:{SECRET}@127.0.0.1:9/x.git"),
        secrets=(SECRET,),
        says=("no suite|answers",),
    ),
    Case(
        "secret-template-fetched",
        before=(INIT,),
        argv=(*UPDATE, "--template", f"https://me:{SECRET}@127.0.0.1:9/x.git"),
        secrets=(SECRET,),
        says=("127.0.0.1",),
    ),
)

_OUTPUT = (
    Case(
        "output-control",
        _models("raise RuntimeError('\\x1b[2J\\x1b]0;owned\\x07 \\x9b31m \\r gone \\x08')\n"),
        says=("shop/models.py",),
    ),
    Case(
        "output-control-line",
        {"shop/models.py": b"from sqlalchemy.orm import DeclarativeBase\n\x1b[31m = 1\n"},
        says=("shop/models.py",),
    ),
    Case(
        "output-control-source",
        _models("raise RuntimeError('x')  # \x1b[31m \u202e\n"),
        says=("shop/models.py",),
    ),
    Case(
        "output-control-printed",
        _models("import os\nprint('\\x1b[2J' * 3, flush=True)\nos._exit(3)\n"),
        says=("3",),
    ),
    Case("output-bidi", _models("raise RuntimeError('\\u202egnp.exe')\n"), says=("shop/models.py",)),
    Case("output-megabytes", _models("raise RuntimeError('x' * 5_000_000)\n"), says=("shop/models.py",)),
    Case(
        "output-megabytes-of-lines",
        _models("raise RuntimeError('x\\n' * 1_000_000)\n"),
        says=("shop/models.py",),
    ),
    Case(
        "output-megabytes-printed",
        _models("import os\nprint('x\\n' * 5_000_000, flush=True)\nos._exit(3)\n"),
        says=("3",),
    ),
    Case(
        "output-long-line",
        _models("x = '" + "x" * 100_000 + "'; raise RuntimeError\n"),
        says=("shop/models.py",),
    ),
    Case(
        "output-name-control",
        _models("raise type('\\x1b[31mE', (Exception,), {})('x')\n"),
        says=("shop/models.py",),
    ),
    Case(
        "output-json",
        _models("raise RuntimeError('\\x1b[2J' + 'x' * 5_000_000)\n"),
        argv=(*INIT, "--json"),
        says=("shop/models.py",),
    ),
    Case(
        "output-many-warnings",
        {
            f"shop/m{n}.py": f"from shop.models import Base\nclass M{n}(Base):\n    __tablename__ = 'm{n}'\n    raise RuntimeError('x' * 300)\n"
            for n in range(60)
        },
        status=(0,),
        stays=False,
    ),
    Case("output-toml-control", {"pyproject.toml": PYPROJECT + "\x1b[31m = 1\n"}, says=("pyproject.toml",)),
    Case(
        "output-module-name",
        make=lambda root: (root / "shop" / "\x1b[31m.py").write_text("raise RuntimeError\n" + MODELS),
        status=(0,),
        stays=False,
    ),
    Case(
        "output-endless",
        _models("import sys\nwhile True:\n    print('x' * 1000)\n"),
        says=("shop",),
        environ=SHORT,
    ),
)

_ALEMBIC = (
    Case(
        "alembic-ini-broken",
        {"alembic.ini": "[alembic\n", "migrations/env.py": ENV_PY},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-ini-interpolation",
        {"alembic.ini": ALEMBIC_INI + "x = %(no)s\nsqlalchemy.url = %z\n", "migrations/env.py": ENV_PY},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-ini-outside",
        {"alembic.ini": "[alembic]\nscript_location = ../../../etc\n"},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-ini-fifo",
        {"migrations/env.py": ENV_PY},
        make=_fifo("alembic.ini"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-env-forever",
        {"alembic.ini": ALEMBIC_INI, "migrations/env.py": FOREVER},
        says=("shop",),
        environ=SHORT,
    ),
    Case(
        "alembic-env-exits",
        {"alembic.ini": ALEMBIC_INI, "migrations/env.py": "import os\nos._exit(0)\n"},
        says=("models",),
    ),
    Case(
        "alembic-env-syntax",
        {"alembic.ini": ALEMBIC_INI, "migrations/env.py": "class (:\n"},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-env-fifo",
        {"alembic.ini": ALEMBIC_INI},
        make=_fifo("migrations/env.py"),
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-version-syntax",
        {"alembic.ini": ALEMBIC_INI, "migrations/env.py": ENV_PY, "migrations/versions/a.py": "class (:\n"},
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-version-forever",
        {
            "alembic.ini": ALEMBIC_INI,
            "migrations/env.py": ENV_PY,
            "migrations/versions/a.py": "revision = 'a'\ndown_revision = None\n" + FOREVER,
        },
        says=("shop",),
        environ=SHORT,
    ),
    Case(
        "alembic-version-cycle",
        {
            "alembic.ini": ALEMBIC_INI,
            "migrations/env.py": ENV_PY,
            "migrations/versions/a.py": "revision = 'a'\ndown_revision = 'b'\n",
            "migrations/versions/b.py": "revision = 'b'\ndown_revision = 'a'\n",
        },
        status=(0, 2),
        stays=False,
    ),
    Case(
        "alembic-version-fifo",
        {"alembic.ini": ALEMBIC_INI, "migrations/env.py": ENV_PY},
        make=_fifo("migrations/versions/a.py"),
        status=(0, 2),
        stays=False,
        environ=SHORT,
    ),
    Case(
        "alembic-version-types",
        {
            "alembic.ini": ALEMBIC_INI,
            "migrations/env.py": ENV_PY,
            "migrations/versions/a.py": "revision = 3\ndown_revision = [None, {}]\ndef upgrade(): pass\n",
        },
        status=(0, 2),
        stays=False,
    ),
    Case("alembic-flag", argv=(*INIT, "--alembic-config", "no.ini"), says=("no.ini",)),
    Case("alembic-flag-nul", argv=(*INIT, "--alembic-config", "a\nb.ini"), says=("ini",)),
)

_INTERPRETER = (
    Case("python-missing", argv=("init", "-y", "--python", "/nowhere/python"), says=("/nowhere/python",)),
    Case("python-folder", argv=("init", "-y", "--python", "shop"), says=("shop",)),
    Case("python-never-ends", make=_wrapper("sleep 100000"), argv=WRAPPED, environ=SHORT, says=("python",)),
    Case(
        "python-child-never-ends",
        make=_wrapper("sleep 100000 & exit 0"),
        argv=WRAPPED,
        environ=SHORT,
        says=("python",),
    ),
    Case("python-floods", make=_wrapper("yes"), argv=WRAPPED, environ=SHORT, says=("python",), seconds=60),
    Case("python-control", make=_wrapper("printf '\\033[2J' >&2; exit 1"), argv=WRAPPED, says=("python",)),
    Case("python-lies", make=_wrapper("printf 3.12"), argv=WRAPPED, says=("python",)),
    Case("python-is-old", make=_wrapper("printf 2.7"), argv=WRAPPED, says=("2[.]7",)),
    Case(
        "python-probe-ends",
        make=_wrapper('case "$*" in *entry.py*) exit 0;; *) printf 3.12;; esac'),
        argv=WRAPPED,
        says=("python",),
    ),
    Case(
        "python-probe-ignores",
        make=_wrapper('case "$*" in *entry.py*) exec <&-; exit 3;; *) printf 3.12;; esac'),
        argv=WRAPPED,
        says=("python",),
    ),
    Case(
        "python-no-format",
        make=lambda root: [(root / "python").write_bytes(b"\0\1\2"), (root / "python").chmod(0o755)],
        argv=WRAPPED,
        says=("python",),
    ),
)

_ANSWERS = tuple(
    Case(f"answers-{name}", {".tcgen/answers.yml": text}, before=(INIT,), argv=argv, says=("answers.yml",))
    for argv, name, text in (
        (UPDATE, "empty", ""),
        (UPDATE, "binary", bytes(range(256))),
        (UPDATE, "list", "- 1\n"),
        (UPDATE, "number", "1\n"),
        (UPDATE, "plan-missing", "_commit: v0.1.0\n_src_path: ''\n"),
        (UPDATE, "plan-number", "_commit: v0.1.0\n_src_path: ''\nplan: 3\n"),
        (UPDATE, "plan-list", "_commit: v0.1.0\n_src_path: ''\nplan: [1]\n"),
        (UPDATE, "plan-lines", "_commit: v0.1.0\n_src_path: ''\nplan: |\n  {}\n  []\n  3\n"),
        (UPDATE, "plan-deep", "_commit: v0.1.0\n_src_path: ''\nplan: |\n  " + "[" * 100000 + "\n"),
        (UPDATE, "commit-number", "_commit: 3\n_src_path: ''\nplan: |\n  {}\n"),
        (UPDATE, "commit-list", "_commit: [1]\n_src_path: ''\nplan: |\n  {}\n"),
        (UPDATE, "tag", "_commit: !!python/object/apply:os.system ['touch pwned']\n"),
        (UPDATE, "deep", "[" * 5000),
        (UPDATE, "date", "_commit: 2001-99-99\n"),
        (CHECK, "check", "_commit: {}\n"),
        (add("redis"), "add", "plan: 3\n"),
        (("services",), "services", "plan: 3\n"),
    )
)


def _journal(text: str | bytes) -> dict[str, str | bytes | None]:
    return {".tcgen/journal.json": text}


def _entry(path: str) -> str:
    entry = {"path": path, "old": "aGVsbG8=", "new": None}
    return json.dumps({"format": 1, "entries": [entry], "folders": []})


_JOURNAL = (
    Case("journal-empty", _journal(""), says=("journal.json",)),
    Case("journal-binary", _journal(bytes(range(256))), says=("journal.json",)),
    Case("journal-list", _journal("[]"), says=("journal.json",)),
    Case("journal-outside", _journal(_entry("../outside.txt")), says=("journal.json",)),
    Case("journal-absolute", _journal(_entry("/tmp/tcgen-hostile-outside.txt")), says=("journal.json",)),
    Case(
        "journal-base64",
        _journal('{"format": 1, "entries": [{"path": "x", "old": "*", "new": null}], "folders": []}'),
        says=("journal.json",),
    ),
    Case("journal-nul", _journal(_entry("a\0b")), says=("journal.json",)),
    Case("journal-git", _journal(_entry(".git/hooks/pre-commit")), says=("journal.json",)),
    Case(
        "journal-fifo",
        make=lambda root: [(root / ".tcgen").mkdir(), os.mkfifo(root / ".tcgen/journal.json")],
        says=("journal.json",),
    ),
)


def _elsewhere(*names: str):
    """Links at places that are written, to a folder beside the project."""

    def make(root: Path) -> None:
        for name in names:
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            target = root.parent / "elsewhere"
            target.mkdir(exist_ok=True)
            place.symlink_to(target)

    return make


_DISK = (
    Case("disk-read-only", make=_mounted("ro"), undo=_unmount, needs_root=True, says=("[Rr]ead-only",)),
    Case("disk-full", make=_mounted("full"), undo=_unmount, needs_root=True, says=("[Nn]o space",)),
    Case(
        "disk-full-update",
        _models(
            "",
            "\nclass More(Base):\n    __tablename__ = 'more'\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
        ),
        before=(INIT,),
        make=_mounted("full"),
        undo=_unmount,
        needs_root=True,
        argv=UPDATE,
        says=("[Nn]o space",),
    ),
    Case(
        "disk-full-service",
        before=(INIT,),
        make=_mounted("full"),
        undo=_unmount,
        needs_root=True,
        argv=add("redis"),
        says=("[Nn]o space",),
    ),
    Case("disk-tmp-missing", environ={"TMPDIR": "/nowhere"}, status=(0, 2), stays=False),
    Case("disk-cache-is-a-file", environ={"XDG_CACHE_HOME": "/etc/passwd"}, status=(0, 2), stays=False),
    Case(
        "disk-cache-missing",
        environ={"XDG_CACHE_HOME": "/proc/nowhere", "HOME": "/proc/nowhere"},
        status=(0, 2),
        stays=False,
    ),
    Case("disk-no-home", environ={"HOME": "", "XDG_CACHE_HOME": ""}, status=(0, 2), stays=False),
    Case("disk-tests-elsewhere", make=_elsewhere("tests"), says=("tests",)),
    Case("disk-dest-elsewhere", make=_elsewhere("tests/integration"), status=(0, 2), stays=False),
    Case("disk-tcgen-elsewhere", make=_elsewhere(".tcgen"), says=("[.]tcgen",)),
)

_FLAGS = (
    Case("flag-folder-missing", argv=("init", "-y", "nowhere"), says=("nowhere",)),
    Case("flag-folder-is-a-file", argv=("init", "-y", "pyproject.toml"), says=("pyproject.toml",)),
    Case("flag-folder-nul", argv=("init", "-y", "a\nb"), says=("b",)),
    Case("flag-folder-long", argv=("init", "-y", "x" * 5000), says=("x",)),
    Case("flag-dest-outside", argv=(*INIT, "--dest", "../x"), says=("--dest",)),
    Case("flag-dest-absolute", argv=(*INIT, "--dest", "/tmp/x"), says=("--dest",)),
    Case("flag-dest-dots", argv=(*INIT, "--dest", "tests/../../x"), says=("--dest",)),
    Case("flag-dest-option", argv=(*INIT, "--dest", "-x"), says=("--dest",)),
    Case("flag-dest-long", argv=(*INIT, "--dest", "x" * 300), says=("x",)),
    Case("flag-dest-control", argv=(*INIT, "--dest", "a\x1b[31m"), says=("--dest",)),
    Case("flag-dest-empty", argv=(*INIT, "--dest", ""), says=("--dest",)),
    Case("flag-models-odd", argv=(*INIT, "--models", "shop.models:"), status=(0, 2), stays=False),
    Case("flag-models-missing", argv=(*INIT, "--models", "no.such"), says=("no.such|no",)),
    Case("flag-models-path", argv=(*INIT, "--models", "../x.py"), says=("x",)),
    Case("flag-models-empty", argv=(*INIT, "--models", ""), status=(0, 2), stays=False),
    Case("flag-models-dots", argv=(*INIT, "--models", "..."), says=("[.][.]",)),
    Case("flag-models-control", argv=(*INIT, "--models", "a\x1b[2Jb"), says=("a",)),
    Case("flag-app-odd", argv=(*INIT, "--app", ":::"), status=(0, 2), stays=False),
    Case("flag-ci", argv=("init", "-y", "--ci", "../x"), says=("--ci|x",)),
    Case("flag-database", argv=(*INIT, "--database", "a=b=c"), says=("database|a=b",)),
    Case("service-unknown", before=(INIT,), argv=add("../redis"), says=("redis",)),
    Case("service-name-path", before=(INIT,), argv=add("redis", "--name", "../x"), says=("--name",)),
    Case("service-name-newline", before=(INIT,), argv=add("redis", "--name", "x\n"), says=("--name",)),
    Case("service-name-keyword", before=(INIT,), argv=add("redis", "--name", "class"), says=("--name",)),
    Case("service-name-long", before=(INIT,), argv=add("redis", "--name", "x" * 300), says=("--name",)),
    Case("service-name-soft", before=(INIT,), argv=add("redis", "--name", "conftest"), says=("--name",)),
    Case(
        "service-image-newline", before=(INIT,), argv=add("redis", "--image", "redis:7\n"), says=("--image",)
    ),
    Case("service-image-option", before=(INIT,), argv=add("redis", "--image", "-v:7"), says=("--image",)),
    Case("service-image-slash", before=(INIT,), argv=add("redis", "--image", "redis:"), says=("--image",)),
    Case("service-port", before=(INIT,), argv=add("redis", "--port", "99999"), says=("--port",)),
    Case("service-env", before=(INIT,), argv=add("redis", "--env", "=x"), says=("--env",)),
    Case("service-env-name", before=(INIT,), argv=add("redis", "--env", "a b\n=x"), says=("--env",)),
    Case("service-wait", before=(INIT,), argv=add("redis", "--wait", "log:("), says=("--wait",)),
    Case(
        "service-wait-port", before=(INIT,), argv=add("redis", "--wait", "port:99999999999"), says=("--wait",)
    ),
)

BROKEN: tuple[Case, ...] = (
    *_PYPROJECT,
    *_FILES,
    *_IMPORTS,
    *_SECRETS,
    *_OUTPUT,
    *_ALEMBIC,
    *_INTERPRETER,
    *_ANSWERS,
    *_JOURNAL,
    *_DISK,
    *_FLAGS,
)
