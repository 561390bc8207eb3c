/** The chats a place can be in. */
export const PLACE_KINDS = ['slack', 'mattermost', 'console', 'unix'] as const;

const PLACE = /^(?:slack|mattermost|console|unix)(?::[!-)+-~]{1,200})?$/;
const PLACE_PATTERN = /^(?:slack|mattermost|console|unix)(?::(?:\*|[!-)+-~]{1,200}|[!-)+-~]{0,199}\/\*))?$/;

/** Whether the text names where a command was typed: `slack:TEAM/CHANNEL`, `console`. */
export function isPlace(text: string): boolean {
  return PLACE.test(text);
}

/** Whether the text is a place, a whole chat (`mattermost:*`) or a part of one (`slack:T024BE7LD/*`). */
export function isPlacePattern(text: string): boolean {
  return PLACE_PATTERN.test(text);
}

/**
 * Whether a place is what the pattern means. `console` and `console:*` both mean all of that chat, so that neither
 * spelling of a deny rule misses half of it.
 */
export function matchesPlace(pattern: string, place: string): boolean {
  const whole = pattern.endsWith(':*') ? pattern.slice(0, -2) : pattern;
  if (!whole.includes(':')) return place === whole || place.startsWith(`${whole}:`);
  return whole.endsWith('/*') ? place.startsWith(whole.slice(0, -1)) : place === whole;
}
