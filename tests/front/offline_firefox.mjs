/** Fills in the offline form in Firefox, set as Tor Browser's "Safer" level sets it, and prints what it gave: words, the sealed letter as text, every address asked for. */
import puppeteer from "puppeteer-core";

const [, , firefox, form, text] = process.argv;
const SAFER = { "javascript.options.ion": false, "javascript.options.baselinejit": false, "javascript.options.wasm": false };
const browser = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true, extraPrefsFirefox: SAFER });
try {
  const page = await browser.newPage();
  const asked = [];
  const complaints = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(form);
  await page.waitForSelector("#send:not([disabled])");
  await page.type("#text", text);
  await page.click("#send");
  await page.waitForSelector("#words:not([hidden])", { timeout: 30_000 });
  await page.click("#as-text");
  await page.waitForFunction(() => document.getElementById("envelope").value !== "");
  const found = await page.evaluate(() => ({
    words: [...document.querySelectorAll("#code li")].map((one) => one.textContent),
    letter: document.getElementById("envelope").value,
    language: document.documentElement.lang,
  }));
  process.stdout.write(JSON.stringify({ ...found, asked, complaints }));
} finally {
  await browser.close();
}
