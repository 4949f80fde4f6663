// Prints the public age vectors of npm cctv-age as JSON: name to base64.
import * as vectors from "cctv-age";

const named = vectors["module.exports"] ?? vectors.default ?? vectors;
const entries = Object.entries(named).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
process.stdout.write(JSON.stringify(Object.fromEntries(entries)));
