"""What the command's exit codes mean."""

from typing import Final

PASSED: Final = 0
FAILED: Final = 1
UNUSABLE: Final = 2
INTERRUPTED: Final = 130

EXIT_CODES: Final = "exit codes: 0 passed, 1 a check failed, 2 unusable arguments, input or output, 130 interrupted"
