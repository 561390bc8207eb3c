import type { Options } from '../../core/command.ts';
import type { Surface } from '../../core/surface.ts';

/**
 * Sends each run to the surface of the format that its command asked for. A refusal or an answer in words has no
 * format of its own: it goes to `otherwise`.
 */
export function chooseSurface(
  surfaces: Readonly<Record<Options['format'], Surface>>,
  otherwise: Options['format'] = 'text',
): Surface {
  return {
    open(view) {
      const { options } = view.state === 'done' ? view.report.header : view.header;
      return surfaces[options.format].open(view);
    },
    show: (report) => surfaces[report.header.options.format].show(report),
    refuse: (refusal) => surfaces[otherwise].refuse(refusal),
    tell: (answer) => surfaces[otherwise].tell(answer),
  };
}
