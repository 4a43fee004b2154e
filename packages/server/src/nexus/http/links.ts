import type { nexus } from '@perdure/protocol';

/** Links as the value of a `Nexus-Link` header; undefined if there are none. What could not be written is left out. */
export function linkHeader(links: readonly nexus.ILink[]): string | undefined {
  const written = links.flatMap(({ url, type }) => {
    const isWritable = url != null && type != null && /^[!-~]+$/.test(url) && /^[\w./-]+$/.test(type);
    return isWritable ? [`<${url.replaceAll('<', '%3C').replaceAll('>', '%3E')}>; type="${type}"`] : [];
  });
  return written.length === 0 ? undefined : written.join(', ');
}

const LINK = /<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"[^"]*"|[^\s;,"]*))*)/g;
const TYPE = /;\s*type\s*=\s*(?:"([^"]*)"|([^\s;,"]*))/i;

/** The links of a `Nexus-Link` header, whose values may have been joined by commas. What is no link is passed over. */
export function linksOfHeader(header: string | null | undefined): nexus.ILink[] {
  return [...(header ?? '').matchAll(LINK)].flatMap(([, url = '', parameters = '']) => {
    const [, quoted, plain] = TYPE.exec(parameters) ?? [];
    const type = quoted ?? plain ?? '';
    return url === '' || type === '' ? [] : [{ url, type }];
  });
}
