/** A real machine that can be reached by SSH. Commands are argument arrays. */
export interface SshMachineSettings {
  readonly host: string;
  readonly port?: number;
  /** Must be able to run the workloads: root for all of them. */
  readonly user?: string;
  /** Path of an OpenSSH private key. */
  readonly keyFile: string;
  /** Guest programs on this host, put on the machine at each boot (Guest.programs). */
  readonly programs: string;
  /** Where the image's files are put before the restart; left out, the machine is used as it is. */
  readonly deploy?: { readonly kernel: string; readonly initramfs?: string };
  /** Run on the machine to start the kernel (`kexec -e`, `reboot`); the connection may break. Left out: not restarted. */
  readonly restart?: readonly string[];
  /** Run on this host; its output is the console (a serial line, IPMI SOL, a netconsole receiver). */
  readonly console?: readonly [string, ...string[]];
  /** Run on this host to switch the machine off and on again, when it no longer answers. */
  readonly power?: readonly [string, ...string[]];
}
