/** Two names of the browser's that `@mattermost/types` uses without bringing them. */
// biome-ignore lint/style/noNamespace: the name that is missing is a namespace.
declare namespace React {
  type ReactNode = unknown;
}

type SVGAnimatedString = unknown;
