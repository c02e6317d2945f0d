"""status_of_verdict.py COMMAND...: fails unless the exit status is 0 just where the last line begins with PASS."""

import subprocess
import sys

done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
verdict = done.stdout.splitlines()[-1]
print(verdict)
if done.returncode not in (0, 1) or (done.returncode == 0) != verdict.startswith("PASS:"):
    sys.exit(f"status {done.returncode} beside '{verdict}'")
