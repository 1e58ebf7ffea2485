// node render.mjs bundle MEDIA: make `bundle` beside this file, with the files of a folder
// node render.mjs film JOB TARGET BROWSER: render what JOB, a JSON file, tells of
import { bundle } from "@remotion/bundler";
import { renderMedia, selectComposition } from "@remotion/renderer";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const bundled = join(here, "bundle");
const [what, ...told] = process.argv.slice(2);

if (what === "bundle") {
  await bundle({ entryPoint: join(here, "film.jsx"), publicDir: told[0], outDir: bundled });
} else {
  const [job, outputLocation, browserExecutable] = told;
  const common = {
    serveUrl: bundled,
    inputProps: JSON.parse(readFileSync(job, "utf8")),
    browserExecutable,
    chromeMode: "headless-shell",
    logLevel: "error",
  };
  const composition = await selectComposition({ ...common, id: "Film" });
  await renderMedia({
    ...common,
    composition,
    outputLocation,
    codec: "h264",
    crf: 21,
    x264Preset: "veryfast",
    pixelFormat: "yuv420p",
    audioCodec: "aac",
    concurrency: 2,
  });
}
process.exit(0);
