// Runs the conformance suite of the protocol against the server at $AOS_MCP_URL, with the arguments that are given.
// The suite sends no keys, so it talks to a proxy that adds $AOS_MCP_KEY to each request and changes nothing else.
import http from 'node:http';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const target = new URL(process.env.AOS_MCP_URL);
const proxy = http.createServer((request, response) => {
  const onward = http.request({
    host: target.hostname, port: target.port, path: request.url, method: request.method, setHost: false,
    headers: { ...request.headers, authorization: `Bearer ${process.env.AOS_MCP_KEY}` },
  }, answer => {
    response.writeHead(answer.statusCode, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});
await new Promise(listening => proxy.listen(0, '127.0.0.1', listening));

// The suite imports fs.globSync, which Node.js has from version 22 on, for a command that the tests do not use: on older
// ones the name is given without a value.
const fs = 'import fs from "node:fs"; export * from "node:fs"; export default fs; export const globSync = fs.globSync;';
const hooks = `export const resolve = (name, context, next) => name === 'fs' && context.parentURL?.includes('/conformance/dist/')
  ? { url: ${JSON.stringify('data:text/javascript,' + encodeURIComponent(fs))}, shortCircuit: true }
  : next(name, context);`;
register('data:text/javascript,' + encodeURIComponent(hooks));

const program = fileURLToPath(new URL('node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
process.argv = [process.argv[0], program, 'server', '--url', `http://127.0.0.1:${proxy.address().port}${target.pathname}`, ...process.argv.slice(2)];
await import(pathToFileURL(program));
