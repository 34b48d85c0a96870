// The two files that .size-limit.json measures: the door "tidemark" minified, without and with what it bundles.
import { join } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./doors.mjs";

export async function bundleForSize() {
  await minify("tidemark.js", (id) => /\/chunks\/(apache-arrow|re2js)\.js$/.test(id));
  await minify("tidemark-total.js", () => false);
}

async function minify(name, external) {
  const build = await rolldown({ input: join(root, "dist/index.js"), platform: "browser", external });
  await build.write({ file: join(root, "temp/size", name), format: "esm", minify: true, codeSplitting: false });
  await build.close();
}
