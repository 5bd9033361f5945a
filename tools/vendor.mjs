// Fetch the pinned front-end files into static/vendor and the icon sprite into static/office.
//
//   node tools/vendor.mjs          write the files
//   node tools/vendor.mjs --check  write nothing; exit 1 where the tree differs from what would be written
//
// Packages come through npm's own client, are compared with the sha512 pinned here, and lose their
// sourceMappingURL comments (the manifest storage stops at them). The output is committed: neither the
// server nor a build needs Node.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PACKAGES = [
  {
    name: "bootstrap",
    version: "5.3.9",
    licence: "MIT",
    sha512: "20cU0rcfw8WdxtVbmfU+xT2EjvVTw9Ror/h1Qvd7DXCujRg8OO9mdBCsmTHdJFf3BuadmBNJtgIuUXsBqSkk/w==",
    files: {
      "dist/css/bootstrap.min.css": "bootstrap.min.css",
      "dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
    },
  },
  {
    name: "htmx.org",
    version: "2.0.11",
    licence: "Zero-Clause BSD",
    sha512: "Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
    files: { "dist/htmx.min.js": "htmx.min.js" },
  },
  {
    name: "bootstrap-icons",
    version: "1.13.2",
    licence: "MIT",
    sha512: "fAU1Ly3dH7hwRg+CB8EZ0Vl0fF80zgXHeUVJyfUOKzoURr+TbwISbCW5tKUoQLERaWYG2emTCybcPbD96hdD1A==",
    files: {},
  },
];
const ICONS = [
  "archive", "arrow-clockwise", "arrow-counterclockwise", "arrow-left", "arrow-right", "bank", "bell", "box-arrow-right",
  "building", "calendar-event", "calendar-week", "camera", "card-checklist", "cash-coin", "check-circle", "check-lg",
  "chevron-down", "chevron-left", "chevron-right", "clipboard-check", "clock-history", "cloud-upload", "dash-circle",
  "database-up", "download", "envelope-paper", "exclamation-circle", "exclamation-triangle", "eye", "file-earmark-excel",
  "file-earmark-text", "filter", "flag", "gear", "hourglass-split", "house", "info-circle", "inbox", "journal-text", "key",
  "list-check", "list-task", "lock", "megaphone", "pause-circle", "people", "person", "person-badge", "person-check",
  "person-lines-fill", "pencil", "printer", "question-circle", "search", "send", "shield-check", "shield-lock", "shuffle",
  "table", "tools", "trash", "unlock", "wallet2", "x-circle", "x-lg",
];

function unpack({ name, version, sha512 }, folder) {
  const answer = execFileSync("npm", ["pack", "--silent", "--json", `${name}@${version}`], { cwd: folder });
  const archive = join(folder, JSON.parse(answer)[0].filename);
  const found = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (found !== sha512) throw new Error(`${name}@${version}: sha512 is ${found}, not the pinned one`);
  const home = join(folder, name);
  mkdirSync(home);
  execFileSync("tar", ["xzf", archive, "-C", home, "--strip-components=1", "--no-same-owner"]);
  return home;
}

function withoutSourceMap(text) {
  return text.replace(/\/\/# sourceMappingURL=.*$/gm, "").replace(/\/\*# sourceMappingURL=.*?\*\//g, "").trimEnd() + "\n";
}

function sprite(home) {
  const symbols = ICONS.map((name) => {
    const svg = readFileSync(join(home, "icons", `${name}.svg`), "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 16 16">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n${symbols.join("\n")}\n</svg>\n`;
}

function wanted(folder) {
  const output = {};
  const licences = [];
  for (const item of PACKAGES) {
    const home = unpack(item, folder);
    for (const [from, to] of Object.entries(item.files)) {
      output[`static/vendor/${to}`] = withoutSourceMap(readFileSync(join(home, from), "utf8"));
    }
    if (item.name === "bootstrap-icons") output["static/office/icons.svg"] = sprite(home);
    const licence = readFileSync(join(home, "LICENSE"), "utf8").trim();
    licences.push(`${item.name} ${item.version} (${item.licence})\n${"=".repeat(60)}\n${licence}\n`);
  }
  output["static/vendor/LICENSES.txt"] = licences.join("\n\n");
  return output;
}

const folder = mkdtempSync(join(tmpdir(), "vendor-"));
try {
  const output = wanted(folder);
  let differs = false;
  for (const [path, text] of Object.entries(output)) {
    const target = join(ROOT, path);
    const same = existsSync(target) && readFileSync(target, "utf8") === text;
    if (process.argv.includes("--check")) {
      if (!same) console.error(`differs: ${path}`);
      differs ||= !same;
    } else if (!same) {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
      console.log(`written: ${path}`);
    }
  }
  process.exitCode = differs ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
