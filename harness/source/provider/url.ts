/** A URL, or what git takes for one (`host:path`, gitglossary(7)), rather than a path of this machine. */
export function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) || /^(?!\/|\.)[^/\s]+:/.test(location);
}
