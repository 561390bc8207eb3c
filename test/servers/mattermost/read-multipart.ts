export interface MultipartPart {
  readonly name: string;
  readonly filename: string | undefined;
  readonly content: Buffer;
}

/** The parts of a `multipart/form-data` body (RFC 7578). Undefined when it is none. */
export function readMultipart(contentType: string, body: Buffer): MultipartPart[] | undefined {
  const boundary = /^multipart\/form-data\s*;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: MultipartPart[] = [];
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    const next = body.indexOf(Buffer.from(`\r\n--${boundary}`), start);
    if (next === -1) break;
    const part = readPart(body.subarray(start + 2, next));
    if (part === undefined) return undefined;
    parts.push(part);
    at = next + 2;
  }
  return parts;
}

function readPart(bytes: Buffer): MultipartPart | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const header = bytes.subarray(0, end).toString('utf8');
  const name = /;\s*name="([^"]*)"/i.exec(header)?.[1];
  if (end === -1 || name === undefined) return undefined;
  return { name, filename: /;\s*filename="([^"]*)"/i.exec(header)?.[1], content: bytes.subarray(end + 4) };
}
