import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { familyOf, signal } from './processes.js';

const SSHD = '/usr/sbin/sshd';

/** Where root's sshd drops its privileges; the service of its package makes it, and removes it. */
const PRIVATE = '/run/sshd';

/** Why no host can be reached by ssh here; undefined when one can. */
export function whyNoSsh(): string | undefined {
  return existsSync(SSHD) ? undefined : 'needs sshd, of openssh-server';
}

/** This machine as a host that is reached by ssh: an sshd on a free loopback port, with keys of its own. */
export class SshHost {
  private constructor(
    private readonly daemon: ChildProcess,
    /** How it is reached: the first words of a command line, which a host's name and a command follow. */
    readonly ssh: string,
    /** The name by which `ssh` knows it. */
    readonly name: string,
    /** It made the folder that sshd wants. */
    private readonly madePrivate: boolean,
  ) {}

  /**
   * @param folder for its keys; hosts with one folder are reached by one `ssh`.
   * @param search the path on which the host finds commands.
   */
  static async start(folder: string, name: string, search: string): Promise<SshHost> {
    const at = (name: string): string => path.join(folder, name);
    for (const key of ['host', 'user'].filter((each) => !existsSync(at(each)))) {
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    }
    const port = await freePort();
    const server = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host')}`,
      `AuthorizedKeysFile ${at('user.pub')}`,
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'PidFile none',
      'MaxStartups 100',
      `SetEnv PATH=${search}`,
    ];
    writeFileSync(at(`sshd_config.${name}`), server.join('\n') + '\n');
    const client = [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${at('user')}`,
      '  IdentitiesOnly yes',
      '  StrictHostKeyChecking no',
      `  UserKnownHostsFile ${at('known')}`,
    ];
    // The first word on a host counts: an earlier one may be of a host that was lost.
    const earlier = existsSync(at('ssh_config')) ? readFileSync(at('ssh_config'), 'utf8') : '';
    writeFileSync(at('ssh_config'), `${client.join('\n')}\n${earlier}`);
    const makesPrivate = userInfo().uid === 0 && !existsSync(PRIVATE);
    if (makesPrivate) mkdirSync(PRIVATE, { mode: 0o755 });
    const daemon = spawn(SSHD, ['-D', '-e', '-f', at(`sshd_config.${name}`)], { stdio: 'ignore' });
    const host = new SshHost(daemon, `ssh -q -F ${at('ssh_config')}`, name, makesPrivate);
    await until(port);
    return host;
  }

  /** Whether a process came of a connection to it. */
  runs(pid: number): boolean {
    return familyOf(this.daemon.pid ?? -1).includes(pid);
  }

  /** The host loses its power: every process on it is gone. */
  lose(): void {
    signal(familyOf(this.daemon.pid ?? -1), 'SIGKILL');
  }

  async stop(): Promise<void> {
    if (this.madePrivate) rmdirSync(PRIVATE);
    if (this.daemon.exitCode !== null || this.daemon.signalCode !== null) return;
    const gone = new Promise((resolve) => this.daemon.once('exit', resolve));
    if (this.daemon.kill()) await gone;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Waits until somebody listens. */
async function until(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const heard = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket
        .once('connect', () => {
          resolve(true);
        })
        .once('error', () => {
          resolve(false);
        });
      socket.once('connect', () => socket.destroy());
    });
    if (heard) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nobody listens on port ${port}`);
}
