# The seed of hashes is another for every runner.
# differs: runs that are forks of one interpreter share its seed
# expect: {"exit_code": 0}
# each: ["print(hash('a'))", "print(hash(b'a'), hash('žluťoučký'))", "print(list({str(i) for i in range(200)}))", "import datetime; print(hash(datetime.date(2000, 1, 1)))"]
EACH
