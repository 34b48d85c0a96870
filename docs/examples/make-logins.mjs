// Writes logins.ndjson: two hours of logins as a transport would deliver them, the same bytes at every run.
// Some messages come a little out of order, some far too late, some twice, and some are broken.
import { writeFileSync } from "node:fs";

const MESSAGES = 600;
const START_MS = Date.UTC(2026, 0, 1, 12);
const users = ["ada", "bob", "cai", "dee", "eli", "fay", "gus", "hal"];

// mulberry32 (T. Ettinger, public domain): small, seeded, good enough for an example.
let state = 20_260_101;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let z = Math.imul(state ^ (state >>> 15), 1 | state);
  z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
  return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];

const lines = [];
let ms = START_MS;
for (let i = 0; i < MESSAGES; i++) {
  ms += Math.floor(random() * 24_000);
  const user = pick(users);
  const attack = user === "hal" && i > 300; // somebody tries passwords from many places
  const message = {
    event_id: `e${String(i).padStart(4, "0")}`,
    user_id: user,
    failed: random() < (attack ? 0.9 : 0.1),
    ip_address: attack
      ? `203.0.113.${Math.floor(random() * 200)}`
      : `10.0.0.${users.indexOf(user) * 2 + Math.floor(random() * 2)}`,
    at: new Date(ms - Math.floor(random() * 4_000)).toISOString(), // up to 4 s out of order
  };
  if (i % 97 === 50) message.at = new Date(ms - 45 * 60_000).toISOString(); // 45 minutes late
  if (i % 61 === 30) message.at = new Date(ms - 12 * 60_000).toISOString(); // late, but within the deadline
  lines.push(JSON.stringify(message));
  if (i % 83 === 40) lines.push(lines.at(-1)); // delivered twice
}

// Broken in the ways that recordings are.
lines.splice(100, 0, '{"event_id":"x1","user_id":"bob","failed":true,"ip_addr');
lines.splice(
  200,
  0,
  '{"event_id":"x2","user_id":"cai","failed":"yes","ip_address":"10.0.0.4","at":"2026-01-01T12:40:00Z"}',
);
lines.splice(
  300,
  0,
  '{"event_id":"x3","user_id":null,"failed":false,"ip_address":"10.0.0.9","at":"2026-01-01T13:00:00Z"}',
);
lines.splice(400, 0, "java.lang.OutOfMemoryError: heap space");
lines.splice(500, 0, '{"event_id":"x5","user_id":"eli","failed":false,"ip_address":"10.0.0.8","at":"half past one"}');
lines.splice(600, 0, "");

writeFileSync(new URL("logins.ndjson", import.meta.url), `${lines.join("\n")}\n`);
