// Makes random.json: random SentencePiece models, and what the reference (compiled to WebAssembly) makes of random texts.
// npm install @agnai/sentencepiece-js@1.1.1, then: node make.mjs [SEED COUNT] > random.json
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SentencePieceProcessor } from "@agnai/sentencepiece-js";

let state = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 40);
const random = n => { // Mulberry32
  let mixed = state = (state + 0x6D2B79F5) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296 * n);
};
const pick = list => list[random(list.length)];
const letters = ["a", "b", "c", "é", "▁", "漢", "😀"];
const text = (alphabet, longest) => Array.from({ length: 1 + random(longest) }, () => pick(alphabet)).join("");

const varint = value => { const bytes = []; for (; value >= 128; value = Math.floor(value / 128)) bytes.push(value % 128 + 128); return [...bytes, value]; };
const number = (field, value) => [...varint(field * 8), ...varint(value)];
const bytes = (field, content) => [...varint(field * 8 + 2), ...varint(content.length), ...content];
const float = (field, value) => { const buffer = Buffer.alloc(4); buffer.writeFloatLE(value); return [...varint(field * 8 + 5), ...buffer]; };
const piece = ([string, score, type]) => bytes(1, [...bytes(1, [...Buffer.from(string)]), ...float(2, score), ...number(3, type)]);

function model() {
  const algorithm = pick([1, 1, 2, 2, 2, 3, 4]), fallback = random(2), ties = random(3) === 0;
  const pieces = new Map([["<unk>", [0, 2]], ["<s>", [0, 3]]]);
  const alphabet = letters.slice(0, 3 + random(5));
  const score = () => -(ties ? random(4) : random(8000) / 1000);
  for (const letter of alphabet) if (random(5)) pieces.set(letter, [score(), 1]);
  for (let i = 1 + random(30); i > 0; i--) {
    const string = text(algorithm === 3 ? ["▁", ...alphabet] : alphabet, 1 + random(4));
    if (!pieces.has(string)) pieces.set(string, [score(), random(8) ? 1 : 5]);
  }
  if (![...pieces.values()].some(p => p[1] === 1)) pieces.set("a", [-1, 1]);
  for (let i = random(4); i > 0; i--) {
    const string = text(random(2) ? alphabet : [...alphabet, " "], 3);
    if (!pieces.has(string)) pieces.set(string, [0, 4]);
  }
  if (fallback) for (let b = 0; b < 256; b++) pieces.set(`<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`, [0, 6]);
  const training = [...number(3, algorithm), ...number(24, random(4) ? 0 : 1), ...number(35, fallback)];
  const normalization = [...number(3, random(2)), ...number(4, random(2)), ...number(5, random(6) ? 1 : 0)];
  return {
    // A word model fails where a control piece is a word.
    control: algorithm === 3 ? [] : ["<s>"],
    known: [...pieces.keys()].filter(string => !string.startsWith("<")),
    file: Buffer.from([...[...pieces].map(([string, [s, type]]) => piece([string, s, type])).flat(), ...bytes(2, training), ...bytes(3, normalization)]),
  };
}

const lines = [];
for (let i = 0; i < count; i++) {
  const { known, control, file } = model();
  const path = join(tmpdir(), `random-${process.pid}.model`);
  writeFileSync(path, file);
  const processor = new SentencePieceProcessor();
  await processor.load(path);
  const parts = [...letters, " ", " ", "x", "ß", ...control, ...known.slice(0, 40)];
  const texts = new Set([...Array.from({ length: 10 }, () => text([...letters, " "], 12)), ...Array.from({ length: 12 }, () => text(parts, 8)), text(parts, 60), "  ", " a "]);
  const encodings = [];
  for (const given of texts) {
    let ids = null, decoded = null;
    try {
      ids = [...processor.encodeIds(given)];
      decoded = processor.decodeIds(ids);
    } catch (error) { ids = null; }
    encodings.push([given, ids, decoded]);
  }
  lines.push(JSON.stringify({ model: file.toString("base64"), encodings }));
}
const ascii = lines.join(",\n").replace(/[\u007f-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
process.stdout.write(`{"made_with": "npm @agnai/sentencepiece-js 1.1.1",\n"cases": [\n${ascii}\n]}\n`);
