/** The bytes of the first part of a `multipart/form-data` body (RFC 7578); undefined when there is none. */
export function readMultipart(contentType: string, body: Buffer): Buffer | undefined {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const headEnd = body.indexOf('\r\n\r\n');
  const end = body.indexOf(`\r\n--${boundary}`, headEnd);
  if (!body.subarray(0, boundary.length + 2).equals(Buffer.from(`--${boundary}`)) || headEnd < 0 || end < 0)
    return undefined;
  return body.subarray(headEnd + 4, end);
}
