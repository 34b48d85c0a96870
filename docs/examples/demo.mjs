// The main job, end to end: `npm run demo`. Part one replays three million flights through the four kinds of
// resolvers; part two replays a small recording of logins that holds late, repeated and broken messages.
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";
import { replay } from "tidemark/replay";

const load = createJiti(import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const print = (line = "") => process.stdout.write(`${line}\n`);
const number = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 0 });

/** A line on a terminal that is written over; silent elsewhere. */
function showProgress({ rows, bytesRead, bytesTotal, rowsPerSecond, secondsLeft, done }) {
  if (!process.stderr.isTTY) return;
  const share = bytesTotal === 0 ? 1 : bytesRead / bytesTotal;
  const bar = "#".repeat(Math.round(share * 30)).padEnd(30, ".");
  const left = secondsLeft === null ? "" : `, ${secondsLeft.toFixed(0)} s left`;
  process.stderr.write(
    done ? "\r\u001b[K" : `\r\u001b[K[${bar}] ${number(rows)} rows, ${number(rowsPerSecond)} a second${left}`,
  );
}

function printLedger(ledger) {
  for (const [source, { pushed, ...counts }] of Object.entries(ledger)) {
    const parts = Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${number(count)} ${what}`);
    print(`  ${source}: ${number(pushed)} pushed = ${parts.join(" + ")}`);
  }
}

const BAR = 40;

/** The hour of each airport with the most late flights, the worst airports first. */
function printWorstHours(emissions) {
  const worst = new Map();
  for (const { feature, entity, window, value } of emissions) {
    if (feature !== "airport.late_flights__3600__") continue;
    if (value > (worst.get(entity)?.value ?? 0)) worst.set(entity, { value, start: window.start });
  }
  const ranked = [...worst].sort(([, a], [, b]) => b.value - a.value).slice(0, 10);
  const most = ranked[0]?.[1].value ?? 1;
  for (const [airport, { value, start }] of ranked) {
    const hour = start.toISOString().slice(0, 16).replace("T", " ");
    print(`  ${airport}  ${hour}  ${String(value).padStart(4)} late  ${"█".repeat(Math.round((value / most) * BAR))}`);
  }
}

async function flightsDemo() {
  const { Airport, ...resolvers } = await load.import("./flights.ts");
  const { latestFlight, delays, lateFlights, destinations } = resolvers;
  print("1. Three million US flights of 2001, in event time, through four resolvers\n");
  const run = await replay({
    resolvers: [latestFlight, delays, lateFlights, destinations],
    inputs: { flights: path("../../node_modules/vega-datasets/data/flights-3m.parquet") },
    finish: true,
    onProgress: showProgress,
  });
  print("The airports with the worst hour (flights that left more than 15 minutes late):\n");
  printWorstHours(run.emissions);
  print("\nWhat is known of some airports at the end of the recording:\n");
  const known = run.engine.queryMany(
    Airport,
    ["ATL", "ORD", "LAX", "JFK", "ANC"],
    [
      Airport.lastDestination,
      Airport.lastDelay,
      Airport.lateFlights["1d"],
      Airport.largestDelay["1h"],
      Airport.destinations["7d"],
    ],
  );
  print(known.show({ width: 160 }));
  print("\nThe ledger:");
  printLedger(run.ledger);
  print(
    `\n${number(run.rows)} messages, ${number(run.emissions.length)} emissions in ${run.seconds.toFixed(1)} s: ${number(run.rows / run.seconds)} messages a second.\n`,
  );
}

async function loginsDemo() {
  const { lastIp, failedLogins, loginCounts, distinctIps, User } = await load.import("./logins.ts");
  print("2. Two hours of logins, with late, repeated and broken messages\n");
  const run = await replay({
    resolvers: [lastIp, failedLogins, loginCounts, distinctIps],
    inputs: { logins: path("logins.ndjson") },
    finish: true,
  });
  print("Nothing is lost: every message ends in exactly one place.");
  printLedger(run.ledger);
  print("\nThe messages that were not taken, by line:");
  for (const { position, disposition, reason } of run.deadLetters) {
    if (disposition === "duplicate" || disposition === "late") continue;
    print(`  logins.ndjson:${position.line}  ${disposition}: ${reason}`);
  }
  const revised = run.emissions.toArray().filter(({ revision }) => revision > 0).length;
  print(
    `\n${revised} values were corrected after their window had closed, by messages that were late but within the deadline.`,
  );
  print("\nThe last value of each feature:\n");
  print(run.frame(User).show({ width: 200 }));
}

await flightsDemo();
await loginsDemo();
