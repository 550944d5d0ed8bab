"""Makes .venv and installs one lock into it, when that lock has changed since."""

# Run by whatever Python is there, so that an old one can be told so: no newer syntax here.

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUN, DEV = "requirements.lock", "requirements-dev.lock"


def complaint() -> str:
    if sys.version_info < (3, 11):  # noqa: UP036
        return (
            f"Hindcast needs Python 3.11 or newer, and this is {sys.version.split()[0]}: "
            "apt install python3.11 python3.11-venv, then PYTHON=python3.11 make …"
        )
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        return "Python has no venv and ensurepip: apt install python3-venv"
    return ""


def is_installed(lock: str) -> bool:
    """Tell whether the lock is in .venv; the larger lock contains the smaller one."""
    stamp = VENV / lock
    return has_pip() and stamp.exists() and stamp.read_bytes() == (ROOT / lock).read_bytes()


def has_pip() -> bool:
    return all((VENV / "bin" / name).exists() for name in ("python", "pip"))


def run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=str(ROOT))


def fill(lock: str) -> None:
    locks = [RUN, DEV] if lock == DEV else [lock]
    for name in locks:
        (VENV / name).unlink(missing_ok=True)
    python = str(VENV / "bin" / "python")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "-r", lock)  # fmt: skip
    for name in locks:
        shutil.copyfile(str(ROOT / name), str(VENV / name))


def install(lock: str) -> None:
    is_new = not has_pip()
    print(f"Installing {lock} into .venv (only when it has changed)", flush=True)
    try:
        if is_new:
            run(sys.executable, "-m", "venv", "--clear", str(VENV))
        fill(lock)
    except BaseException:
        if is_new:
            shutil.rmtree(str(VENV), ignore_errors=True)
        raise


def main() -> None:
    problem = complaint()
    if problem:
        sys.exit(problem)
    # Two makes at once install one after the other.
    directory = os.open(str(ROOT), os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)
    if not is_installed(sys.argv[1]):
        try:
            install(sys.argv[1])
        except (KeyboardInterrupt, OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"The installation failed: {error}")


if __name__ == "__main__":
    main()
