import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { beforeAll, describe, expect, it } from "vitest";
import { Airport, delays, destinations, lateFlights, latestFlight } from "../../docs/examples/flights.ts";
import type { Emission } from "../../src/index.ts";
import { type Run, replay } from "../../src/replay/index.ts";

// The main job against DuckDB. The tests take the first days; `npm run verify:flights` takes all three million flights.
const ALL = process.env["TIDEMARK_FLIGHTS"] === "all";
const UNTIL = ALL ? "2001-07-02T00:00:00Z" : "2001-01-09T00:00:00Z";
const SAMPLES = ALL ? 2_000 : 500;
const recording = fileURLToPath(new URL("../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));

type Row = Record<string, unknown>;

async function duckdb(): Promise<(query: string) => Promise<Row[]>> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(
    `create table flights as select *, file_row_number as n from read_parquet('${recording}', file_row_number = true) where date < timestamp '${UNTIL.slice(0, 19)}'`,
  );
  return async (query) => (await connection.runAndReadAll(query)).getRowObjectsJS();
}

/** Emitted values by entity and window start; fails on any that is emitted twice. */
function valuesOf(emissions: Iterable<Emission>): Map<string, Map<string, unknown>> {
  const byFeature = new Map<string, Map<string, unknown>>();
  for (const { feature, entity, window, value } of emissions) {
    if (window === null) continue;
    const values = byFeature.get(feature) ?? new Map<string, unknown>();
    byFeature.set(feature, values);
    const key = `${String(entity)} ${window.start.toISOString()}`;
    if (values.has(key)) throw new Error(`${feature} ${key} was emitted twice`);
    values.set(key, value);
  }
  return byFeature;
}

describe("the main job over recorded flights equals DuckDB", { timeout: 300_000 }, () => {
  let run: Run;
  let ask: (query: string) => Promise<Row[]>;
  let emitted: Map<string, Map<string, unknown>>;

  beforeAll(async () => {
    ask = await duckdb();
    run = await replay({
      resolvers: [latestFlight, delays, lateFlights, destinations],
      inputs: { flights: recording },
      until: UNTIL,
      finish: true,
    });
    emitted = valuesOf(run.emissions);
  }, 300_000);

  it("reads every flight", async () => {
    const [row] = await ask("select count(*)::int as n from flights");
    expect(run.ledger["flights"]?.applied).toBe(row?.["n"]);
  });

  it.each([
    ["airport.delayed_flights__3600__", "hour", "count(*) filter (where delay > 0)"],
    ["airport.delayed_flights__86400__", "day", "count(*) filter (where delay > 0)"],
    ["airport.largest_delay__3600__", "hour", "max(delay)"],
    ["airport.largest_delay__86400__", "day", "max(delay)"],
    ["airport.late_flights__3600__", "hour", "nullif(count(*) filter (where delay > 15), 0)"],
    ["airport.late_flights__86400__", "day", "nullif(count(*) filter (where delay > 15), 0)"],
  ])("%s in every window", async (feature, unit, aggregate) => {
    const rows = await ask(
      `select origin, epoch_ms(date_trunc('${unit}', date))::double as start, (${aggregate})::double as value from flights group by all having value is not null`,
    );
    const expected = new Map(
      rows.map(({ origin, start, value }) => [`${String(origin)} ${new Date(Number(start)).toISOString()}`, value]),
    );
    const values = emitted.get(feature) ?? new Map<string, unknown>();
    expect(values.size).toBe(expected.size);
    const wrong = [...expected].filter(([key, value]) => values.get(key) !== value);
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it("the latest flight of each airport", async () => {
    const rows = await ask(
      "select origin, arg_max(destination, n) as destination, arg_max(delay, n)::double as delay from flights group by origin",
    );
    expect(rows.length).toBeGreaterThan(100);
    for (const { origin, destination, delay } of rows) {
      expect(run.engine.query(Airport, String(origin), [Airport.lastDestination, Airport.lastDelay])).toEqual([
        destination,
        delay,
      ]);
    }
  });

  it("distinct destinations of the last 7 days at random times", async () => {
    // Pairs of airport and time, drawn by DuckDB from a fixed seed.
    await ask("select setseed(0.42)");
    await ask(
      `create or replace table asked as
         select origin, (select min(date) from flights) + to_microseconds((random() * 1e6 * epoch((select max(date) - min(date) from flights)))::bigint) as at
         from (select distinct origin from flights order by origin), range(1, 20)
         order by random() limit ${SAMPLES}`,
    );
    const rows = await ask(
      `select a.origin, epoch_us(a.at) as us, count(distinct f.destination)::double as n
       from asked a left join flights f on f.origin = a.origin and f.date > a.at - interval 7 days and f.date <= a.at
       group by all`,
    );
    expect(rows.length).toBe(SAMPLES);
    const wrong = rows.filter(({ origin, us, n }) => {
      const at = new Date(Math.floor(Number(us) / 1000))
        .toISOString()
        .replace("Z", `${String(Number(us) % 1000).padStart(3, "0")}Z`);
      return run.engine.query(Airport, String(origin), [Airport.destinations["7d"]], { at })[0] !== n;
    });
    expect(wrong).toEqual([]);
  });
});
