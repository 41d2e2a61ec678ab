# Tasks, timeouts, groups and cancellations.
import asyncio


async def work(number):
    await asyncio.sleep(0.001 * number)
    return number


async def main():
    print(await asyncio.gather(*[work(i) for i in (3, 1, 2)]))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(i)) for i in range(3)]
    print([task.result() for task in tasks], asyncio.current_task().get_name())
    try:
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
    except TimeoutError as error:
        print(repr(error))
    process = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    print(await process.communicate(b"through cat"), process.returncode)
    print(await asyncio.to_thread(lambda: "thread"))


asyncio.run(main())
try:
    asyncio.get_event_loop()
except RuntimeError as error:
    print(error)
