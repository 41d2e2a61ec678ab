# Asynchronous generators that are left half done, with and without a loop to close them.
import asyncio


async def numbers(name):
    try:
        for i in range(9):
            yield i
    finally:
        print("closed", name)


async def main():
    async for i in numbers("broken off"):
        if i == 2:
            break
    global kept
    kept = numbers("kept")
    print(await anext(kept))


asyncio.run(main())
print("end")
