# Many lines, which are written as they come.
for number in range(20000):
    print(number, number * number)
