// What npm's feed readers see of a document: `node readers.mjs FILE FORMAT`, run in the folder where they are installed.
// Prints {reader: [[id, title, link, published]] or null where it does not read the format}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [file, format] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const require = createRequire(`${process.cwd()}/`);
const load = async (name) => {
  return import(pathToFileURL(require.resolve(name)).href);
};
const moment = (value) => (value ? new Date(value).toISOString() : "");
const alternate = (links) => (links ?? []).find((link) => link.rel === "alternate")?.href;

const readers = {
  "rss-parser": async () => {
    if (format === "json") return null;
    const { default: Parser } = await load("rss-parser");
    const feed = await new Parser({ customFields: { item: ["id"] } }).parseString(text);
    return feed.items.map((item) => [item.guid ?? item.id, item.title, item.link, moment(item.isoDate ?? item.pubDate)]);
  },
  feedsmith: async () => {
    const { feed } = (await load("feedsmith")).parseFeed(text);
    return (feed.items ?? feed.entries ?? []).map((item) => [
      item.guid?.value ?? item.id,
      item.title?.value ?? item.title,
      item.link ?? item.url ?? alternate(item.links),
      moment(item.pubDate ?? item.published ?? item.date_published),
    ]);
  },
  "@rowanmanning/feed-parser": async () => {
    if (format === "json") return null;
    const feed = (await load("@rowanmanning/feed-parser")).parseFeed(text);
    return feed.items.map((item) => [item.id, item.title, item.url, moment(item.published)]);
  },
  "@extractus/feed-extractor": async () => {
    const extractor = await load("@extractus/feed-extractor");
    const feed = format === "json" ? extractor.extractFromJson(JSON.parse(text)) : extractor.extractFromXml(text);
    return feed.entries.map((item) => [item.id, item.title, item.link, moment(item.published)]);
  },
};

const seen = {};
for (const [name, read] of Object.entries(readers)) {
  try {
    seen[name] = await read();
  } catch (error) {
    seen[name] = String(error);
  }
}
console.log(JSON.stringify(seen));
