/** Text from a file or from outside for an error message: one short line of printable ASCII, in back-ticks. */
export function quoteText(text: string): string {
  const clean = text.slice(0, 80).replaceAll(/[^\x20-\x5f\x61-\x7e]/g, '?');
  return `\`${clean}${text.length > 80 ? '...' : ''}\``;
}
