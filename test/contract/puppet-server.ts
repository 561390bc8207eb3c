import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './puppet-certificates.ts';

/** A resource of a catalogue: `['File', '/tmp/x', { ensure: 'file' }]`. */
export type CatalogResource = readonly [type: string, title: string, parameters: Readonly<Record<string, unknown>>];

/**
 * As much of a Puppet server as an agent needs that is given catalogues which are compiled already: the real one takes
 * 850 MB and half a minute to start, and what is tested here is the agent.
 */
export interface PuppetServer {
  readonly port: number;
  /** What agents are given from now on; undefined: the catalogue can't be compiled. */
  serve(resources: readonly CatalogResource[] | undefined | ((agent: string) => readonly CatalogResource[])): void;
  close(): Promise<void>;
}

const DIRECTORY = {
  path: '/plugins',
  relative_path: '.',
  links: 'follow',
  owner: 0,
  group: 0,
  mode: 0o755,
  checksum: { type: 'ctime', value: '{ctime}2026-01-01 00:00:00 +0000' },
  type: 'directory',
  destination: null,
};
const BROKEN = { message: "Server Error: Unknown variable: 'x' (file: site.pp, line: 3)", issue_kind: 'RUNTIME_ERROR' };

export async function startPuppetServer(certificates: Certificates): Promise<PuppetServer> {
  let catalogOf: (agent: string) => unknown = () => undefined;
  const server: Server = createServer(
    {
      key: readFileSync(certificates.serverKey),
      cert: readFileSync(certificates.serverCertificate),
      ca: readFileSync(certificates.ca),
      requestCert: true,
    },
    (request, response) => {
      const [status, answer] = answerTo(request, catalogOf);
      request.resume().once('end', () => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    serve(resources) {
      const resourcesOf = typeof resources === 'function' ? resources : () => resources;
      catalogOf = (agent) => {
        const all = resourcesOf(agent);
        return all === undefined ? undefined : makeCatalog(agent, all);
      };
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answerTo({ method, url = '' }: IncomingMessage, catalogOf: (agent: string) => unknown): [number, unknown] {
  // `/puppet/v3/catalog/NAME?environment=...`
  const [, , , kind, name = ''] = url.split(/[/?]/);
  if (method === 'PUT') return [200, []];
  if (kind === 'node') return [200, { name, environment: 'production', parameters: {} }];
  if (kind === 'file_metadatas') return [200, [DIRECTORY]];
  if (kind === 'catalog') {
    const catalog = catalogOf(name);
    return catalog === undefined ? [500, BROKEN] : [200, catalog];
  }
  return [404, { message: 'not here', issue_kind: 'RESOURCE_NOT_FOUND' }];
}

function makeCatalog(name: string, resources: readonly CatalogResource[]): unknown {
  const all: CatalogResource[] = [
    ['Stage', 'main', { name: 'main' }],
    ['Class', 'main', { name: 'main' }],
    ...resources,
  ];
  const reference = ([type, title]: CatalogResource): string => `${type}[${title}]`;
  return {
    name,
    version: 'v42',
    catalog_uuid: '1f2e',
    catalog_format: 1,
    environment: 'production',
    code_id: null,
    tags: ['settings'],
    classes: ['main'],
    resources: all.map(([type, title, parameters]) => ({
      type,
      title,
      tags: [type.toLowerCase(), 'class'],
      file: 'site.pp',
      line: 1,
      exported: false,
      parameters,
    })),
    edges: [
      { source: 'Stage[main]', target: 'Class[main]' },
      ...resources.map((resource) => ({ source: 'Class[main]', target: reference(resource) })),
    ],
  };
}
