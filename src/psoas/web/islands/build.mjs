// Builds the islands into the folder of static files: one module each, nothing fetched at run time; beside each
// its compressed copy, which the server sends to whoever takes it.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const FOLDER = "../static/islands";
const ISLANDS = { body: "src/body.ts", what_if: "src/what_if.ts" };

await build({
  entryPoints: ISLANDS,
  outdir: FOLDER,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
});

for (const name of Object.keys(ISLANDS)) {
  const file = `${FOLDER}/${name}.js`;
  await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
}
