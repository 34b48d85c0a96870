// The main job: three million flights through the four resolvers, and DuckDB answering the same questions over the same
// file. Answers are compared first; then times, as medians over processes of their own, taken in turn.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";

const RUNS = 5;
const HOUR = "airport.late_flights__3600__";
const here = fileURLToPath(import.meta.url);
const require = createRequire(import.meta.url);
const recording = fileURLToPath(new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));

/** One run of ours: what it found and what it took. */
async function tidemark() {
  const { replay } = await import("../dist/replay.js");
  const { latestFlight, delays, lateFlights, destinations } = await createJiti(import.meta.url).import(
    "../docs/examples/flights.ts",
  );
  const start = performance.now();
  const run = await replay({
    resolvers: [latestFlight, delays, lateFlights, destinations],
    inputs: { flights: recording },
    finish: true,
  });
  const ms = performance.now() - start;
  let late = 0;
  for (const { feature, value } of run.emissions) if (feature === HOUR) late += value;
  return { ms, rows: run.rows, late };
}

/** One run of DuckDB: the tumbling answers and the latest flights as tables. */
async function duckdb() {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
  const start = performance.now();
  for (const [name, seconds] of [
    ["hour", 3_600],
    ["day", 86_400],
  ]) {
    await connection.run(
      `create table ${name} as select origin, epoch(date)::bigint // ${seconds} as w, count(*) filter (where delay > 0) as delayed,
         max(delay) as largest, count(*) filter (where delay > 15) as late from '${recording}' group by all`,
    );
  }
  await connection.run(`create table latest as select origin, arg_max(destination, n), arg_max(delay, n)
    from (select *, file_row_number as n from read_parquet('${recording}', file_row_number = true)) group by origin`);
  const ms = performance.now() - start;
  const [[rows]] = (await connection.runAndReadAll(`select count(*)::double from '${recording}'`)).getRows();
  const [[late]] = (await connection.runAndReadAll("select sum(late)::double from hour")).getRows();
  return { ms, rows, late };
}

const [, , mode] = process.argv;
if (mode === "tidemark" || mode === "duckdb") {
  const result = await (mode === "tidemark" ? tidemark() : duckdb());
  process.stdout.write(JSON.stringify({ ...result, peakMb: process.resourceUsage().maxRSS / 1_024 }));
} else {
  const runOf = (which) => JSON.parse(execFileSync(process.execPath, [here, which], { encoding: "utf8" }));
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const all = { tidemark: [], duckdb: [] };
  for (let i = 0; i < RUNS; i++) for (const which of ["tidemark", "duckdb"]) all[which].push(runOf(which));
  const [ours, theirs] = [all.tidemark[0], all.duckdb[0]];
  if (ours.rows !== theirs.rows || ours.late !== theirs.late)
    throw new Error(`the answers differ: ${JSON.stringify([ours, theirs])}`);
  const version = (name) => require(`${name}/package.json`).version;
  const line = (name, runs) =>
    `| ${name} | ${(median(runs.map(({ ms }) => ms)) / 1_000).toFixed(2)} s | ${(ours.rows / median(runs.map(({ ms }) => ms)) / 1_000).toFixed(2)} M rows/s | ${median(runs.map(({ peakMb }) => peakMb)).toFixed(0)} MB |`;
  process.stdout.write(`Node ${process.version}, ${cpus().length} cores, medians of ${RUNS} processes each, in turn

| 3,000,000 flights, Parquet to answers | time | throughput | peak memory |
| --- | --- | --- | --- |
${line("tidemark, one thread: event-time replay of four resolvers, every emission kept", all.tidemark)}
${line(`DuckDB ${version("@duckdb/node-api")}, two threads: the tumbling and latest-flight answers as batch queries`, all.duckdb)}
`);
}
