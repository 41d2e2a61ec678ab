# A start of a process by a module that is imported for it again.
# ends: {"exit_code": 1, "stderr": {"has": "An attempt has been made to start a new process before the"}}
# as it is
import multiprocessing as mp
import sys

process = mp.get_context("spawn").Process(target=print, args=("never",))
process.start()
process.join()
sys.exit(process.exitcode)
