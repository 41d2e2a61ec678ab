# A task that is not done when its loop is over, and a loop that is never closed.
# ends: {"exit_code": 0, "stdout": {"has": "main\n"}, "stderr": {}}
# each: ["asyncio.run(main())", "asyncio.new_event_loop().run_until_complete(main())", "kept = asyncio.new_event_loop(); kept.run_until_complete(main())", "loop = asyncio.new_event_loop(); loop.run_until_complete(main()); loop.close()"]
import asyncio


async def forever():
    try:
        await asyncio.sleep(60)
    finally:
        print("finally")


async def main():
    global task
    task = asyncio.create_task(forever(), name="unfinished")
    await asyncio.sleep(0)
    print("main")


EACH
