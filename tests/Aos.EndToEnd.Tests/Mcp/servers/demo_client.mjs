// A public client of the protocol walks through the demo and prints what it was answered, as one JSON value.
// Its one argument: {"url", "key"} or {"command", "args"}, and "era" ("legacy" or "auto"), "calls": [[tool, arguments], ...].
// A text "$NAME" among the arguments is replaced by what an earlier call answered: "$run_id" by its member run_id.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const given = JSON.parse(process.argv[2]);
const client = new Client(
  { name: 'aos-demo-client', version: '1.0.0' },
  { capabilities: given.capabilities ?? {}, versionNegotiation: { mode: given.era, probe: { timeoutMs: 60_000 } } });
const transport = given.url
  ? new StreamableHTTPClientTransport(new URL(given.url), { requestInit: { headers: { Authorization: `Bearer ${given.key}` } } })
  : new StdioClientTransport({ command: given.command, args: given.args, env: process.env, stderr: 'inherit' });
await client.connect(transport);

const known = {};
const fill = (_, value) => typeof value === 'string' && value.startsWith('$') ? known[value.slice(1)] ?? value : value;
const answers = [];
for (const [tool, args] of given.calls) {
  const progress = [];
  const result = await client.callTool(
    { name: tool, arguments: JSON.parse(JSON.stringify(args), fill) },
    { timeout: 60_000, onprogress: seen => progress.push(seen) });
  const answer = result.structuredContent;
  if (answer?.run_id) known.run_id = answer.run_id;
  answers.push({ tool, is_error: result.isError === true, answer, progress });
}
const { tools } = await client.listTools();
console.log(JSON.stringify({
  server: client.getServerVersion(),
  protocol: client.getNegotiatedProtocolVersion?.() ?? null,
  tools: tools.map(tool => tool.name),
  answers,
}));
await client.close();
