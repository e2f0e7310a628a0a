"""Makes a virtual environment hold what a lock file pins, and does nothing where it does already.

    python3 requirements/bootstrap.py .venv requirements/dev.txt

The environment is complete when its file `locked` names this interpreter and repeats the lock; that file is removed
before anything else is touched and written last, so what a killed run leaves behind is never taken for complete.
It keeps to what Python 3.6 can read, so that an interpreter too old is told so.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)


def main(directory: str, lock: str) -> "int | str":
    """Returns 0, or what was wrong."""
    found = sys.version_info[:2]
    if found < OLDEST:
        return f"{sys.executable} is Python {found[0]}.{found[1]}: 3.11 or newer is needed (make PYTHON=...)"
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        return f"{sys.executable} cannot make virtual environments: install its venv module (Debian: python3-venv)"
    with open(lock, encoding="utf-8") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        wanted = sys.version + "\n" + lock_file.read()
        stamp = os.path.join(directory, "locked")
        if is_complete(directory, stamp, wanted):
            return 0
        print(f"making {directory} from {lock}, about a minute the first time", flush=True)
        started = time.monotonic()
        if os.path.exists(stamp):
            os.remove(stamp)
        shutil.rmtree(directory, ignore_errors=True)
        venv.create(directory, with_pip=True)
        pip = [os.path.join(directory, "bin", "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        # Bytecode is left to the first import: most of what is installed is never imported.
        install = ["install", "--no-input", "--no-compile", "--require-hashes", "--requirement", lock]
        # pip holds the lock too: should it outlive this process, the next one waits for it.
        code = subprocess.call(pip + install, pass_fds=[lock_file.fileno()])
        if code != 0:
            return f"{directory} could not be made: pip ended with {code}"
        with open(stamp + ".new", "w", encoding="utf-8") as stamp_file:
            stamp_file.write(wanted)
        os.replace(stamp + ".new", stamp)
        print(f"made {directory} in {time.monotonic() - started:.0f} s", flush=True)
    return 0


def is_complete(directory: str, stamp: str, wanted: str) -> bool:
    """Whether the environment is there and was made from the same lock by the same interpreter."""
    if not os.path.exists(os.path.join(directory, "bin", "python")) or not os.path.exists(stamp):
        return False
    with open(stamp, encoding="utf-8") as stamp_file:
        return stamp_file.read() == wanted


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
