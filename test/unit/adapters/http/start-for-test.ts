import type { TestContext } from 'node:test';
import type { HttpLimits } from '../../../../src/adapters/http/http-limits.ts';
import { startHttpServer } from '../../../../src/adapters/http/http-server.ts';
import type { McoError } from '../../../../src/core/errors.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../../../src/core/http.ts';

export interface ServerForTest {
  readonly address: string;
  /** What reached the handlers. */
  readonly requests: HttpRequest[];
  readonly problems: McoError[];
  close(): Promise<void>;
}

export interface ServerForTestOptions {
  readonly handle?: (request: HttpRequest) => Promise<HttpResponse>;
  readonly limits?: Partial<HttpLimits>;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly onProblem?: (problem: McoError) => void;
}

/** A server with the routes `POST /in`, `POST /wide` for bodies of 128 KiB, and `GET /look`, which ends with the test. */
export async function startForTest(context: TestContext, options: ServerForTestOptions = {}): Promise<ServerForTest> {
  const requests: HttpRequest[] = [];
  const problems: McoError[] = [];
  const { handle = async () => ({ status: 200, body: 'done' }), limits = {}, tls } = options;
  const route = (method: HttpRoute['method'], path: string): HttpRoute => ({
    method,
    path,
    handle(request) {
      requests.push(request);
      return handle(request);
    },
  });
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    tls,
    routes: [route('POST', '/in'), { ...route('POST', '/wide'), maxBodyBytes: 128 * 1024 }, route('GET', '/look')],
    onProblem: options.onProblem ?? ((problem) => problems.push(problem)),
    limits: { lingerMs: 200, ...limits },
  });
  context.after(() => server.close());
  return { ...server, requests, problems };
}
