// A receiver of webhooks: checks signature and age, takes each message once, and answers at once.
// Usage: WEBHOOK_SECRET=whsec_... node receiver.mjs [PORT]
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.WEBHOOK_SECRET.slice("whsec_".length), "base64");
const seen = new Set(); // A real receiver keeps these where they outlive it.

function isGood(headers, body) {
  const id = headers["webhook-id"], at = headers["webhook-timestamp"];
  if (!id || !at || Math.abs(Date.now() / 1000 - Number(at)) > 300) return false;
  const expected = createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((entry) => {
    const [version, signature] = entry.split(",");
    const given = Buffer.from(signature ?? "", "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const good = isGood(request.headers, body);
  response.writeHead(good ? 204 : 401).end();
  const id = request.headers["webhook-id"];
  if (!good || seen.has(id)) return;
  seen.add(id);
  const message = JSON.parse(body);
  console.log(`${message.type} ${message.data.run_id} ${message.data.code ?? ""}`.trim());
});

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
