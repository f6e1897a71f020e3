// Opens pages in chromium, by day and by night, on a phone and on a desk, and prints as JSON what
// axe-core finds wrong, what a page asked the network for, and what the console said.
//
//     node look_at_pages.mjs CHROMIUM [--shots FOLDER] PAGE...
//
// Pages are files. Nothing is fetched: figures fail to load, as they may for any reader.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [chromium, ...rest] = process.argv.slice(2);
const shots = rest[0] === "--shots" ? rest.splice(0, 2)[1] : null;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screens = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const visits = rest.flatMap((file) =>
  Object.keys(screens).flatMap((screen) =>
    ["light", "dark"].map((scheme) => ({ file, screen, scheme })),
  ),
);

async function look({ file, screen, scheme }) {
  const page = await browser.newPage();
  const asked = [];
  const said = [];
  await page.setViewport(screens[screen]);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    const elsewhere = !request.url().startsWith("file:");
    if (elsewhere) asked.push(request.url());
    elsewhere ? request.abort() : request.continue();
  });
  page.on("console", (message) => said.push(message.text()));
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const { width, height, styled } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight,
    styled: getComputedStyle(document.documentElement).getPropertyValue("--accent") !== "",
  }));
  if (shots) {
    const name = `${basename(dirname(file))}-${basename(file, ".html")}-${screen}-${scheme}.png`;
    await page.screenshot({ path: join(shots, name), fullPage: height < 3000 });
  }
  // What is folded away has to pass too.
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() =>
    globalThis.axe.run(document, { preload: false }),
  );
  await page.close();
  return {
    file, screen, scheme, asked, said, styled,
    passes: passes.length,
    overflows: width > screens[screen].width,
    violations: violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]),
    })),
  };
}

const found = [];
async function work() {
  for (let visit = visits.shift(); visit; visit = visits.shift()) found.push(await look(visit));
}
try {
  await Promise.all([work(), work()]);
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));
