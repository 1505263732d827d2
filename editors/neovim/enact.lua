-- Put this into ~/.config/nvim/plugin/enact.lua. Neovim 0.11 or later.

vim.filetype.add({ extension = { enact = "enact" } })

-- Reports (tests, evaluations, who is affected) open in a window of their own.
local function report(_, result)
  local lines = vim.split(result.title .. "\n\n" .. result.text, "\n")
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].bufhidden = "wipe"
  vim.api.nvim_open_win(buffer, false, { split = "right" })
end

local capabilities = vim.lsp.protocol.make_client_capabilities()
capabilities.experimental = { enactReport = true }

vim.lsp.config("enact", {
  cmd = { "enact", "lsp" },
  filetypes = { "enact" },
  root_markers = { "policies", ".git" },
  capabilities = capabilities,
  handlers = { ["enact/report"] = report },
})
vim.lsp.enable("enact")

vim.api.nvim_create_autocmd("LspAttach", {
  callback = function(args)
    local client = vim.lsp.get_client_by_id(args.data.client_id)
    if not client or client.name ~= "enact" then
      return
    end
    vim.bo[args.buf].commentstring = "# %s"
    vim.lsp.inlay_hint.enable(true, { bufnr = args.buf })
    -- `grx` or :lua vim.lsp.codelens.run() runs the lens of the line.
    vim.lsp.codelens.refresh({ bufnr = args.buf })
    vim.keymap.set("n", "grx", vim.lsp.codelens.run, { buffer = args.buf, desc = "Run the lens of the line" })
    vim.api.nvim_create_autocmd({ "BufEnter", "InsertLeave", "BufWritePost" }, {
      buffer = args.buf,
      callback = function()
        vim.lsp.codelens.refresh({ bufnr = args.buf })
      end,
    })
    vim.api.nvim_create_autocmd("BufWritePre", {
      buffer = args.buf,
      callback = function()
        vim.lsp.buf.format({ bufnr = args.buf, name = "enact" })
      end,
    })
  end,
})
