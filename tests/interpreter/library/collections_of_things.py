# A walk through standard modules of which programs are made.
import bisect, collections, dataclasses, datetime, decimal, enum, fractions, functools, heapq, itertools, json, math, operator, re, statistics, string, typing


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: list = dataclasses.field(default_factory=list)


class Color(enum.Enum):
    RED = enum.auto()


print(Point(1), Color.RED, Color.RED.__module__, Point.__module__, typing.get_type_hints(Point))
print(collections.Counter("abca").most_common(1), collections.namedtuple("N", "a b")(1, 2), collections.OrderedDict(a=1), collections.deque([1], 3))
print(decimal.Decimal(1) / 3, fractions.Fraction(1, 3), math.comb(50, 25), statistics.mean([1, 2]), datetime.date(2020, 1, 31) + datetime.timedelta(1))
print(re.sub(r"(\w)(\w)", r"\2\1", "abcd"), json.dumps({"é": [1, None]}, ensure_ascii=False), string.Template("$x").substitute(x=1))
print(list(itertools.permutations("abc", 2)), functools.reduce(operator.mul, range(1, 20)), heapq.nsmallest(2, [3, 1, 2]), bisect.bisect([1, 2, 3], 2))
print(f"{3.14159:>10.2f}|{1000000:,}|{'x':^5}|{255:#x}", 2**200, divmod(-7, 3), 0.1 + 0.2, round(2.5), sum([0.1] * 10), float("nan"))
