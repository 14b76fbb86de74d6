/**
 * Which Debian suite has which kernel source package (`linux-source-VERSION`). Suites never change their kernel's
 * version, only its stable updates.
 */
export const debianSuites: Readonly<Record<string, { readonly suite: string; readonly name: string }>> = {
  '5.10': { suite: 'bullseye', name: 'Debian 11' },
  '6.1': { suite: 'bookworm', name: 'Debian 12' },
  '6.12': { suite: 'trixie', name: 'Debian 13' },
};
