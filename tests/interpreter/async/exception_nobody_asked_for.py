# A task that failed and that nobody asked.
# ends: {"exit_code": 0, "stderr": {"has": ["Task exception was never retrieved", "ValueError: x"]}}
import asyncio


async def fail():
    raise ValueError("x")


async def main():
    asyncio.create_task(fail(), name="fails")
    await asyncio.sleep(0.01)
    print("main")


asyncio.run(main())
print("end")
