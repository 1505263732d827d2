// The client: it starts `enact lsp` and shows its reports beside the text. Everything else is the server's.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

/** Says to the server what this client can do. */
class Reports {
    fillClientCapabilities(capabilities) {
        capabilities.experimental = { ...capabilities.experimental, enactReport: true };
    }
    initialize() {}
    getState() {
        return { kind: "static" };
    }
    clear() {}
}

/** Shows a report in an editor beside, which takes the place of the one before. */
async function show({ title, text }) {
    const document = await vscode.workspace.openTextDocument({ language: "plaintext", content: `${title}\n\n${text}` });
    const beside = { viewColumn: vscode.ViewColumn.Beside, preview: true, preserveFocus: true };
    await vscode.window.showTextDocument(document, beside);
}

async function start() {
    const settings = vscode.workspace.getConfiguration("enact");
    const policies = settings.get("policies");
    const server = {
        command: settings.get("path"),
        args: policies ? ["lsp", "--policies", policies] : ["lsp"],
        options: { cwd: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath },
    };
    client = new LanguageClient("enact", "enact", server, {
        documentSelector: [{ language: "enact" }],
        synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{enact,csv}") },
    });
    client.registerFeature(new Reports());
    client.onNotification("enact/report", show);
    try {
        await client.start();
    } catch (error) {
        const words = `enact: \`${server.command} lsp\` does not start. Install the program, or set enact.path. (${error})`;
        vscode.window.showErrorMessage(words);
    }
}

exports.activate = async (context) => {
    const restart = async () => {
        await client?.stop().catch(() => {});
        await start();
    };
    context.subscriptions.push(vscode.commands.registerCommand("enact.restart", restart));
    await start();
};

exports.deactivate = () => client?.stop();
