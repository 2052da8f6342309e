// Makes cases.json: random models of tokenizer.json, and what Hugging Face's library makes of random pieces.
// npm install tokenizers@0.23.2, then: node make.mjs > cases.json (or: node make.mjs SEED COUNT > elsewhere.json)
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer } from "tokenizers";

let state = Number(process.argv[2] ?? 1); // so that a run can be repeated
const random = n => { // Mulberry32
  let mixed = state = (state + 0x6D2B79F5) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296 * n);
};
const pick = list => list[random(list.length)];
const letters = ["a", "b", "c", "é", "▁", "漢", "😀"];
const text = (alphabet, longest) => Array.from({ length: 1 + random(longest) }, () => pick(alphabet)).join("");
const byteTokens = share => Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, "0")}>`).filter(() => random(100) < share);

function bpe() {
  const prefix = pick([null, null, "", "##", "é"]), suffix = pick([null, null, "", "</w>"]);
  const marks = [c => c, c => (prefix ?? "") + c, c => c + (suffix ?? ""), c => (prefix ?? "") + c + (suffix ?? "")];
  const tokens = new Set(letters.slice(0, 3 + random(5)).flatMap(c => marks.filter(() => random(5) > 0).map(mark => mark(c))));
  const unknown = random(3) ? "<unk>" : null;
  if (unknown) tokens.add(unknown);
  if (random(2)) byteTokens(pick([100, 95, 50])).forEach(token => tokens.add(token));
  const merges = [];
  for (let i = random(60); i > 0; i--) {
    const list = [...tokens], left = pick(list), right = pick(list), cut = Buffer.byteLength(prefix ?? "");
    const rest = Buffer.from(right).subarray(cut);
    if (rest.length === 0 || (rest[0] & 0xC0) === 0x80 || left.length + right.length > 24) continue;
    merges.push([left, right]);
    tokens.add(left + rest.toString());
  }
  if (random(4) === 0) tokens.add(text(letters, 4));
  const ids = Object.fromEntries([...tokens].map((token, index) => [token, 2 * index + random(2)])); // with holes
  return {
    type: "BPE", dropout: null, unk_token: unknown, continuing_subword_prefix: prefix, end_of_word_suffix: suffix,
    fuse_unk: !!random(2), byte_fallback: !!random(2), ignore_merges: !!random(2), vocab: ids, merges,
  };
}

function unigram() {
  const tokens = Array.from({ length: 1 + random(25) }, () => [text(letters.slice(0, 3 + random(5)), 4), -random(8000) / 1000]);
  const list = [["<unk>", random(3) ? 0 : -3.5], ...tokens, ...(random(2) ? byteTokens(pick([100, 60])).map(token => [token, -6]) : [])];
  if (random(5) === 0) list.forEach(token => { token[1] = Math.round(1000 * token[1] + 30000) / 1000; }); // unknown text that is a token after all
  return { type: "Unigram", unk_id: 0, vocab: list, byte_fallback: !!random(2) };
}

function wordPiece() {
  const prefix = pick(["##", "", "@"]);
  const tokens = new Set(["[UNK]", ...Array.from({ length: 4 + random(25) }, () => (random(2) ? prefix : "") + text(letters.slice(0, 3 + random(5)), 3))]);
  return {
    type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: prefix, max_input_chars_per_word: pick([5, 100]),
    vocab: Object.fromEntries([...tokens].map((token, id) => [token, id])),
  };
}

const read = tokenizer => {
  const file = join(tmpdir(), `tokenizer-${process.pid}.json`);
  tokenizer.save(file);
  return JSON.parse(readFileSync(file, "utf8"));
};

const pieces = model => {
  const known = Array.isArray(model.vocab) ? model.vocab.map(token => token[0]) : Object.keys(model.vocab);
  const parts = [...letters, "x", "ß", ...known.filter(token => !token.startsWith("<0x")).slice(0, 30)];
  return [...Array.from({ length: 12 }, () => text(letters, 12)), ...Array.from({ length: 12 }, () => text(parts, 8)), text(parts, 60)];
};

const count = Number(process.argv[3] ?? 10); // of each kind
const models = [...Array.from({ length: 2 * count }, bpe), ...Array.from({ length: count }, unigram), ...Array.from({ length: count }, wordPiece)];
const lines = [];
for (const model of models) {
  const tokenizer = Tokenizer.fromString(JSON.stringify({
    version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, model,
  }));
  const encodings = [];
  for (const piece of new Set(pieces(model))) {
    try {
      const encoding = await tokenizer.encode(piece, null, { addSpecialTokens: false });
      encodings.push([piece, encoding.getIds(), encoding.getOffsets().flat()]);
    } catch (error) {
      encodings.push([piece, null, null]);
    }
  }
  // What the library writes of the model, where that is not the same: a merge that comes twice is written once.
  const written = read(tokenizer).model;
  lines.push(JSON.stringify({ model, written: JSON.stringify(written) === JSON.stringify(model) ? undefined : written, encodings }));
}
const ascii = lines.join(",\n").replace(/[\u007f-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
process.stdout.write(`{"made_with": "npm tokenizers 0.23.2",\n"cases": [\n${ascii}\n]}\n`);
