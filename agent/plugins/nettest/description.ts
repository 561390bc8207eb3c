import type { AgentDescription, InputField } from '../../../src/core/agent-description.ts';

/** Host names (RFC 1123, and underscores) and addresses. Never starts with a dash, so it is no option. */
const HOST: InputField = {
  about: 'host name or address, such as `www.example.org` or `192.0.2.1`',
  type: 'string',
  maxLength: 253,
  pattern: '[A-Za-z0-9_][A-Za-z0-9._-]*|[0-9A-Fa-f:][0-9A-Fa-f:.]*',
};

export const NETTEST_DESCRIPTION: AgentDescription = {
  agent: 'nettest',
  version: '1.0.0',
  about: 'the network as the nodes see it',
  actions: {
    ping: {
      about: 'whether a host answers to echo requests (ICMP), and how fast',
      effect: 'read',
      timeoutMs: 20_000,
      input: {
        host: HOST,
        count: { about: 'how many are sent', type: 'integer', default: 3, min: 1, max: 10 },
      },
      output: {
        host: { about: 'the host', label: 'Host', type: 'string' },
        address: { about: 'address that was asked', label: 'Address', type: 'string' },
        sent: { about: 'echo requests sent', label: 'Sent', type: 'integer' },
        received: { about: 'answers received', label: 'Received', type: 'integer' },
        loss: { about: 'requests without an answer, %', label: 'Loss %', type: 'number' },
        min: { about: 'fastest answer, ms', label: 'Min ms', type: 'number' },
        average: { about: 'average, ms', label: 'Average ms', type: 'number' },
        max: { about: 'slowest answer, ms', label: 'Max ms', type: 'number' },
        detail: { about: 'this in words', label: 'Detail', type: 'string' },
      },
      words: ['host', 'count'],
      line: '{address}: {detail}',
      display: 'always',
      aggregate: [
        { function: 'summary', output: 'loss' },
        { function: 'distribution', output: 'average' },
      ],
      examples: ['nettest ping www.example.org', 'nettest ping 192.0.2.1 5 -F location=hamburg'],
    },
    connect: {
      about: 'whether a TCP port can be reached, and how fast',
      effect: 'read',
      timeoutMs: 20_000,
      input: {
        host: HOST,
        port: { about: 'TCP port', type: 'integer', min: 1, max: 65_535 },
        seconds: { about: 'how long is tried, all addresses together', type: 'integer', default: 5, min: 1, max: 15 },
      },
      output: {
        host: { about: 'the host', label: 'Host', type: 'string' },
        port: { about: 'the port', label: 'Port', type: 'integer' },
        state: {
          about: '`open`, `refused`, `no answer`, `unreachable` or `unknown host`',
          label: 'State',
          type: 'string',
        },
        address: { about: 'address that was tried last', label: 'Address', type: 'string' },
        ms: { about: 'until the connection was there, ms', label: 'Time ms', type: 'number' },
        detail: { about: 'this in words', label: 'Detail', type: 'string' },
      },
      words: ['host', 'port'],
      line: '{host} port {port}: {detail}',
      display: 'always',
      aggregate: [
        { function: 'summary', output: 'state' },
        { function: 'distribution', output: 'ms' },
      ],
      examples: ['nettest connect ldap.example.org 636', 'nettest connect 192.0.2.1 22 -C webserver'],
    },
    resolve: {
      about: 'addresses of a host name, by the way the node itself looks names up',
      effect: 'read',
      timeoutMs: 20_000,
      input: {
        host: HOST,
        type: {
          about: '`a` (IPv4), `aaaa` (IPv6) or `any`',
          type: 'string',
          default: 'any',
          oneOf: ['a', 'aaaa', 'any'],
        },
      },
      output: {
        host: { about: 'the host', label: 'Host', type: 'string' },
        state: { about: '`found` or `not found`', label: 'State', type: 'string' },
        addresses: {
          about: 'addresses, sorted, with a blank between; left out when there are none',
          label: 'Addresses',
          type: 'string',
        },
        count: { about: 'how many', label: 'Count', type: 'integer' },
        detail: { about: 'this in words', label: 'Detail', type: 'string' },
      },
      words: ['host', 'type'],
      line: '{host}: {detail}',
      display: 'always',
      aggregate: [
        { function: 'summary', output: 'state' },
        { function: 'summary', output: 'addresses' },
      ],
      examples: ['nettest resolve www.example.org', 'nettest resolve www.example.org aaaa -F location=hamburg'],
    },
  },
};
