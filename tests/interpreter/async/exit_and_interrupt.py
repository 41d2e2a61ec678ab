# Exits and interrupts in the midst of a loop.
# ends: {"exit_code": {}, "signal": {}, "stdout": "finally\n", "stderr": {}}
# each: ["sys.exit(3)", "signal.raise_signal(signal.SIGINT)", "raise KeyboardInterrupt"]
import asyncio
import signal
import sys


async def main():
    try:
        EACH
        await asyncio.sleep(60)
    finally:
        print("finally")


asyncio.run(main())
