import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests, examples and documents import the package by its name, and get the sources.
    alias: [
      { find: /^tidemark$/, replacement: fromRoot("src/index.ts") },
      { find: /^tidemark\/(replay|testing)$/, replacement: fromRoot("src/$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    allowOnly: false,
    passWithNoTests: false,
    testTimeout: 30_000, // ms: two slow shared cores
  },
});
