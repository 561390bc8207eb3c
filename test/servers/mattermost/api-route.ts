import type { User, World } from './world.ts';

export interface ApiRequest {
  readonly world: World;
  readonly user: User;
  /** What stood in the path's places. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON; undefined when the body is none. */
  readonly body: unknown;
  readonly raw: Buffer;
  readonly contentType: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
}

export interface ApiRoute {
  readonly method: string;
  /** Under `/api/v4`. `:id` takes letters and digits, `*name` anything but a slash. */
  readonly path: string;
  /** Answers without a token too; then `user` must not be used. */
  readonly isOpen?: boolean;
  handle(request: ApiRequest): ApiAnswer | Promise<ApiAnswer>;
}

/** The places' values, or undefined when the path is another. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':') ? !/^[A-Za-z0-9]+$/.test(value) : part.startsWith('*') ? value === '' : part !== value)
      return undefined;
    if (/^[:*]/.test(part)) params[part.slice(1)] = decodeURIComponent(value);
  }
  return params;
}

export const ok = (json: unknown): ApiAnswer => ({ status: 200, json });
export const created = (json: unknown): ApiAnswer => ({ status: 201, json });
export const done = (): ApiAnswer => ok({ status: 'OK' });

const DEFAULT_PER_PAGE = 60;
const MAX_PER_PAGE = 200;

/** `page` counts from 0; `per_page` is 60 unless told and at most 200. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams): T[] {
  const page = readCount(query.get('page'), 0);
  const perPage = Math.min(readCount(query.get('per_page'), DEFAULT_PER_PAGE), MAX_PER_PAGE);
  return all.slice(page * perPage, (page + 1) * perPage);
}

const readCount = (text: string | null, otherwise: number): number =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
