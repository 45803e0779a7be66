// An MCP server for tests, in the plainest JSON-RPC: it does what well-behaved servers do not.
// Its folder, ODD_FOLDER, tells it what to say, and is told what it was asked.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = process.env.ODD_FOLDER;
const file = name => join(folder, name);
const note = (name, text) => appendFileSync(file(name), `${text}\n`);
const send = message => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

note('started', process.pid);
if (existsSync(file('deaf'))) process.stdin.pause();
if (existsSync(file('broken'))) {
  process.stderr.write(`cannot start with key ${process.env.ODD_KEY}\n`);
  process.exit(7);
}

const described = name => existsSync(file(`${name}.description`)) ? readFileSync(file(`${name}.description`), 'utf8') : `Tool ${name}.`;
const text = said => ({ content: [{ type: 'text', text: said }] });
const hints = { readOnlyHint: true, destructiveHint: false };

const tools = {
  echo: { call: input => text(`${input.text}`), schema: {
    $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', required: ['text'], additionalProperties: false,
    properties: { text: { type: 'string' }, pair: { type: 'array', items: [{ type: 'string' }, { type: 'integer' }], additionalItems: false } } } },
  weather: { call: input => ({ structuredContent: { degrees: input.degrees }, content: [{ type: 'text', text: `{ "degrees": ${JSON.stringify(input.degrees)} }` }] }),
    schema: { type: 'object', properties: { degrees: {} } },
    output: { type: 'object', required: ['degrees'], properties: { degrees: { $ref: '#/$defs/figure' } }, $defs: { figure: { type: 'number' } } } },
  picture: { call: () => ({ content: [{ type: 'text', text: 'one' }, { type: 'image', data: 'AAEC', mimeType: 'image/png' },
    { type: 'text', text: 'two' }, { type: 'resource_link', uri: 'file:///a.txt', name: 'a' },
    { type: 'resource', resource: { uri: 'mem://b', mimeType: 'text/plain', text: 'bee' } }] }) },
  fail: { call: () => ({ isError: true, ...text('no such city') }) },
  refuse: { error: { code: -32602, message: 'text is missing' } },
  crash_inside: { error: { code: -32603, message: 'something broke' } },
  env: { call: () => text(JSON.stringify(process.env)) },
  die: { call: () => { process.stderr.write('x'.repeat(200000) + '\nout of cheese\n', () => process.exit(3)); return null; } },
  hang: { call: () => null },
  huge: { call: () => { process.stdout.write(`{"jsonrpc":"2.0","id":1,"result":"${'x'.repeat(3 * 1024 * 1024)}`); return null; } },
  spawn: { call: () => text(`${spawn('sleep', ['1000'], { stdio: 'ignore' }).pid}`) },
  change: { call: input => { writeFileSync(file('echo.description'), input.text); send({ method: 'notifications/tools/list_changed' }); return text('changed'); },
    schema: { type: 'object', properties: { text: { type: 'string' } } } },
};

const list = () => Object.entries(tools).filter(([name]) => !existsSync(file(`${name}.gone`))).map(([name, tool]) => ({
  name, description: described(name), inputSchema: tool.schema ?? { type: 'object' }, annotations: hints,
  ...(tool.output ? { outputSchema: tool.output } : {}) }));

createInterface({ input: process.stdin }).on('line', line => {
  const { id, method, params } = JSON.parse(line);
  note('asked', method === 'tools/call' ? `${method} ${params.name} ${params._meta?.['aos.dev/idempotency-key']}` : method);
  if (method === 'notifications/cancelled') note('cancelled', params.requestId);
  if (id === undefined) return;
  if (method === 'initialize')
    send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'odd', version: '1.2.3' } } });
  else if (method === 'tools/list') {
    if (existsSync(file('endless'))) send({ id, result: { tools: [], nextCursor: `${Math.random()}` } });
    else send({ id, result: { tools: list() } });
  } else if (method === 'tools/call') {
    const tool = tools[params.name];
    if (tool.error) return send({ id, error: tool.error });
    const result = tool.call(params.arguments ?? {});
    if (result) send({ id, result });
  } else send({ id, error: { code: -32601, message: 'unknown method' } });
}).on('close', () => { if (!existsSync(file('stubborn'))) process.exit(0); });
if (existsSync(file('stubborn'))) setInterval(() => {}, 1000);
