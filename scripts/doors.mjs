import { fileURLToPath } from "node:url";

/** The repository's root folder, with a slash at its end. */
export const root = fileURLToPath(new URL("../", import.meta.url));

/** Each file of `dist` that package.json names, and the module it is made from. */
export const doors = {
  index: "src/index.ts",
  replay: "src/replay/index.ts",
  testing: "src/testing/index.ts",
  cli: "src/cli/index.ts",
};

/** Packages whose parts in use become chunks of `dist`: loading their many modules one by one is slow. */
export const bundledPackages = ["apache-arrow", "re2js"];

/** The packages that only a bundled package imports go into the chunk of that package. */
export const chunkOf = { flatbuffers: "apache-arrow", "json-with-bigint": "apache-arrow", tslib: "apache-arrow" };
