import { features, message, source, sql, stream, t, windowed } from "tidemark";

/** What we want to know of an airport, from the flights that leave it. */
export const Airport = features("airport", {
  id: t.utf8(),
  lastDestination: t.utf8(),
  lastDelay: t.int(),
  delayedFlights: windowed(t.int(), ["1h", "1d"], { default: 0 }),
  largestDelay: windowed(t.int(), ["1h", "1d"]),
  lateFlights: windowed(t.int(), ["1h", "1d"], { default: 0 }),
  destinations: windowed(t.int(), ["7d"], { default: 0 }),
});

const flight = message("Flight", {
  date: t.timestamp(),
  delay: t.int(), // minutes; negative for early
  distance: t.int(), // miles
  origin: t.utf8(),
  destination: t.utf8(),
});

export const flights = source("flights", flight, { timestamp: "date", key: "origin", lateArrivalDeadline: "1h" });

/** Mapping: the latest flight of each airport. */
export const latestFlight = stream(
  { name: "latest_flight", source: flights, output: [Airport.id, Airport.lastDestination, Airport.lastDelay] },
  (flight) => Airport({ id: flight.origin, lastDestination: flight.destination, lastDelay: flight.delay }),
);

/** Tumbling windows over a DataFrame: delayed flights and the largest delay of each hour and day. */
export const delays = stream(
  { name: "delays", source: flights, output: [Airport.id, Airport.delayedFlights, Airport.largestDelay] },
  (events) =>
    Airport({
      id: events.col("origin").max(),
      delayedFlights: events.col("delay").gt(0).sum(),
      largestDelay: events.col("delay").max(),
    }),
);

/** Tumbling windows in SQL: flights that left more than 15 minutes late. */
export const lateFlights = stream(
  { name: "late_flights", source: flights, output: [Airport.id, Airport.lateFlights] },
  (events) => sql`
    select origin as id, count(*) as late_flights
    from ${events}
    where delay > 15
    group by 1`,
);

/** Continuous SQL: how many destinations were served in the last 7 days, exactly up to now. */
export const destinations = stream(
  {
    name: "destinations",
    source: flights,
    mode: "continuous",
    keys: { origin: Airport.id },
    output: [Airport.id, Airport.destinations],
  },
  (events) => sql`
    select origin as id, approx_count_distinct(destination) as destinations
    from ${events}`,
);
