-- The database that every service is given: three tables, and a role that may read two and change the third.
-- contract: levelground/contract/topics/database.py knows the numbers and the fortunes.
CREATE EXTENSION pg_stat_statements;

CREATE TABLE world (id integer PRIMARY KEY, number integer NOT NULL);
INSERT INTO world SELECT id, id * 48271 % 10000 + 1 FROM generate_series(1, 10000) AS id;

CREATE TABLE tally (id integer PRIMARY KEY, number integer NOT NULL);
INSERT INTO tally SELECT id, 0 FROM generate_series(1, 10000) AS id;

CREATE TABLE fortune (id integer PRIMARY KEY, message text NOT NULL);
INSERT INTO fortune VALUES
  (1, 'A number without an interval is an opinion.'),
  (2, 'The fastest code is the code that does not run; it is also the easiest to measure.'),
  (3, 'Every mean hides a queue.'),
  (4, 'Whoever measures twice has to explain the difference.'),
  (5, '<script>alert("A page that shows this as it is has a hole.");</script>'),
  (6, 'Warm caches, cold facts.'),
  (7, 'What works on one machine has worked on one machine.'),
  (8, '計測なくして改善なし'),
  (9, 'An error that is answered quickly is still an error.'),
  (10, 'Ångström & Sons: small things, carefully measured.'),
  (11, 'The neighbour you do not see is the one that slows you down.'),
  (12, 'Nothing is as permanent as a temporary benchmark.');

ANALYZE;

CREATE ROLE service LOGIN PASSWORD 'of this stand, and no secret';
GRANT SELECT ON world, fortune TO service;
GRANT SELECT, UPDATE ON tally TO service;
