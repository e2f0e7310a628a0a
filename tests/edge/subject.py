"""A subject with a defect: python subject.py DEFECT."""

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

from solvent import default, liquidation, numbers, trading
from solvent.edge.conformance import protocol


def main(defect: str) -> None:
    """The reference, but for the defect."""
    reference = protocol.Reference()
    if defect == "fee":
        patch.object(trading, "mul_div_up", numbers.mul_div_down).start()
    if defect == "share":
        patch.object(default, "mul_div_up", numbers.mul_div_down).start()
    if defect == "taken":
        patch.object(default, "may_trade", lambda *given: True).start()
    if defect == "needed":
        patch.object(liquidation, "is_needed", lambda *given: True).start()
    if defect == "chatty-stderr":
        sys.stderr.write("x" * 10**6)
    if defect == "child":
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        Path(os.environ["CHILD"]).write_text(str(child.pid))
    if defect == "dead":
        sys.exit(3)
    for line in sys.stdin.buffer:
        reply = reference.reply(line)
        if defect == "garbage":
            reply = "hello!"
        if defect == "talkative":
            reply += "\n" + reply
        if defect == "flood":
            reply = "x" * 10**7
        if defect == "error":
            reply = '{"error":"no idea"}'
        if defect in ("starts-empty", "unchecked-parameters"):
            reply = reply.replace('"resets":"any"', '"resets":"empty"')
        if defect == "unchecked-parameters" and b'"reset"' in line:
            reply = '{"outcome":"accepted"}'
        if defect == "unknown-action":
            reply = reply.replace('"deposit"', '"deposits"')
        if defect == "silent":
            continue
        if defect == "crash" and b'"trade"' in line and b'"step"' in line:
            raise SystemExit("oh no")
        print(reply, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
