<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Open images…</source>
        <translation>打开图像(&amp;O)…</translation>
    </message>
    <message>
        <source>Add image files to the list</source>
        <translation>把图像文件加入列表</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>打开文件夹(&amp;F)…</translation>
    </message>
    <message>
        <source>Add all images of a folder or a data set to the list</source>
        <translation>把文件夹或数据集中的全部图像加入列表</translation>
    </message>
    <message>
        <source>Open &amp;model…</source>
        <translation>打开模型(&amp;M)…</translation>
    </message>
    <message>
        <source>Load the weights of another detector</source>
        <translation>加载另一个检测器的权重</translation>
    </message>
    <message>
        <source>&amp;Close all images</source>
        <translation>关闭全部图像(&amp;C)</translation>
    </message>
    <message>
        <source>Empty the list of images</source>
        <translation>清空图像列表</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>Close the program</source>
        <translation>关闭程序</translation>
    </message>
    <message>
        <source>&amp;Previous image</source>
        <translation>上一张图像(&amp;P)</translation>
    </message>
    <message>
        <source>Show the image before this one</source>
        <translation>显示前一张图像</translation>
    </message>
    <message>
        <source>&amp;Next image</source>
        <translation>下一张图像(&amp;N)</translation>
    </message>
    <message>
        <source>Show the image after this one</source>
        <translation>显示后一张图像</translation>
    </message>
    <message>
        <source>&amp;Find image…</source>
        <translation>查找图像(&amp;F)…</translation>
    </message>
    <message>
        <source>Filter the list of images by name</source>
        <translation>按名称筛选图像列表</translation>
    </message>
    <message>
        <source>&amp;Detect</source>
        <translation>检测(&amp;D)</translation>
    </message>
    <message>
        <source>Run the detector on this image again</source>
        <translation>对当前图像重新运行检测器</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>Stop detecting or loading</source>
        <translation>停止检测或加载</translation>
    </message>
    <message>
        <source>&amp;Reset thresholds</source>
        <translation>重置阈值(&amp;R)</translation>
    </message>
    <message>
        <source>Go back to the thresholds of the model&apos;s profile</source>
        <translation>恢复为模型配置中的阈值</translation>
    </message>
    <message>
        <source>&amp;Copy detections</source>
        <translation>复制检测结果(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the table of detections as text</source>
        <translation>把检测结果表复制为文本</translation>
    </message>
    <message>
        <source>&amp;Model card</source>
        <translation>模型卡片(&amp;M)</translation>
    </message>
    <message>
        <source>Show what is known of the model: classes, structure, profile, training</source>
        <translation>显示模型的全部信息：类别、结构、配置、训练</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>放大(&amp;I)</translation>
    </message>
    <message>
        <source>Show the image larger</source>
        <translation>把图像显示得更大</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>缩小(&amp;O)</translation>
    </message>
    <message>
        <source>Show the image smaller</source>
        <translation>把图像显示得更小</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>适合窗口(&amp;F)</translation>
    </message>
    <message>
        <source>Show the whole image</source>
        <translation>显示整张图像</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>实际大小(&amp;A)</translation>
    </message>
    <message>
        <source>Show one pixel of the image as one pixel of the screen</source>
        <translation>图像的一个像素对应屏幕的一个像素</translation>
    </message>
    <message>
        <source>&amp;Keep zoom</source>
        <translation>保持缩放(&amp;K)</translation>
    </message>
    <message>
        <source>Keep zoom and place when going to an image of the same size</source>
        <translation>切换到同样大小的图像时保持缩放比例和位置</translation>
    </message>
    <message>
        <source>Show &amp;boxes</source>
        <translation>显示边框(&amp;B)</translation>
    </message>
    <message>
        <source>Draw the detections over the image</source>
        <translation>在图像上绘制检测结果</translation>
    </message>
    <message>
        <source>Show &amp;names</source>
        <translation>显示名称(&amp;N)</translation>
    </message>
    <message>
        <source>Write class and score beside each box</source>
        <translation>在每个边框旁标注类别和得分</translation>
    </message>
    <message>
        <source>&amp;List of images</source>
        <translation>图像列表(&amp;L)</translation>
    </message>
    <message>
        <source>Show or hide the list of images</source>
        <translation>显示或隐藏图像列表</translation>
    </message>
    <message>
        <source>&amp;Table of detections</source>
        <translation>检测结果表(&amp;T)</translation>
    </message>
    <message>
        <source>Show or hide the table of detections</source>
        <translation>显示或隐藏检测结果表</translation>
    </message>
    <message>
        <source>T&amp;hresholds</source>
        <translation>阈值(&amp;H)</translation>
    </message>
    <message>
        <source>Show or hide the thresholds</source>
        <translation>显示或隐藏阈值面板</translation>
    </message>
    <message>
        <source>F&amp;ull screen</source>
        <translation>全屏(&amp;U)</translation>
    </message>
    <message>
        <source>Use the whole screen</source>
        <translation>占满整个屏幕</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>跟随系统(&amp;S)</translation>
    </message>
    <message>
        <source>Take the colours of the desktop</source>
        <translation>使用桌面的配色</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>Dark text on light ground</source>
        <translation>浅色背景、深色文字</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>Light text on dark ground</source>
        <translation>深色背景、浅色文字</translation>
    </message>
    <message>
        <source>Show all words in English</source>
        <translation>界面使用英文</translation>
    </message>
    <message>
        <source>Show all words in Simplified Chinese</source>
        <translation>界面使用简体中文</translation>
    </message>
    <message>
        <source>&amp;Keys and gestures</source>
        <translation>按键与手势(&amp;K)</translation>
    </message>
    <message>
        <source>List every key and what the mouse does</source>
        <translation>列出全部快捷键和鼠标操作</translation>
    </message>
    <message>
        <source>&amp;About FCOScope</source>
        <translation>关于 FCOScope(&amp;A)</translation>
    </message>
    <message>
        <source>Show the version and the licence</source>
        <translation>显示版本和许可证</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Image</source>
        <translation>图像(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Th&amp;eme</source>
        <translation>主题(&amp;E)</translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation>语言(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Get weights…</source>
        <translation>获取权重(&amp;G)…</translation>
    </message>
    <message>
        <source>List the weights that others have published, and download some of them</source>
        <translation>列出他人发布的权重，并下载其中一些</translation>
    </message>
    <message>
        <source>&amp;Export figure…</source>
        <translation>导出图(&amp;E)…</translation>
    </message>
    <message>
        <source>Write what is seen, with a legend, as PNG, SVG or PDF</source>
        <translation>将当前所见连同图例写为 PNG、SVG 或 PDF</translation>
    </message>
    <message>
        <source>&amp;Labels</source>
        <translation>标注(&amp;L)</translation>
    </message>
    <message>
        <source>Draw the boxes that are assigned</source>
        <translation>绘制参与分配的框</translation>
    </message>
    <message>
        <source>&amp;Assignment map</source>
        <translation>分配图(&amp;A)</translation>
    </message>
    <message>
        <source>Show which location of which level learns which box</source>
        <translation>显示哪一层的哪个位置学习哪个框</translation>
    </message>
    <message>
        <source>A&amp;mbiguous samples</source>
        <translation>歧义样本(&amp;M)</translation>
    </message>
    <message>
        <source>Show the locations that two or more boxes claim</source>
        <translation>显示被两个或更多框争夺的位置</translation>
    </message>
    <message>
        <source>Centerness, &amp;target</source>
        <translation>中心度，目标(&amp;T)</translation>
    </message>
    <message>
        <source>Show what the centerness branch should say</source>
        <translation>显示中心度分支应给出的值</translation>
    </message>
    <message>
        <source>Centerness, p&amp;redicted</source>
        <translation>中心度，预测(&amp;R)</translation>
    </message>
    <message>
        <source>Show what the centerness branch says</source>
        <translation>显示中心度分支给出的值</translation>
    </message>
    <message>
        <source>Class &amp;probability</source>
        <translation>类别概率(&amp;P)</translation>
    </message>
    <message>
        <source>Show how sure the model is of a class at each location</source>
        <translation>显示模型在每个位置对某一类别的把握</translation>
    </message>
    <message>
        <source>&amp;Score</source>
        <translation>得分(&amp;S)</translation>
    </message>
    <message>
        <source>Show by what detections are ranked at each location</source>
        <translation>显示每个位置用于检测排序的得分</translation>
    </message>
    <message>
        <source>Re&amp;gression</source>
        <translation>回归(&amp;G)</translation>
    </message>
    <message>
        <source>Show l, t, r and b at the location under the cursor and at pins</source>
        <translation>在光标处和固定点处显示 l、t、r、b</translation>
    </message>
    <message>
        <source>Stride gri&amp;d</source>
        <translation>步长网格(&amp;D)</translation>
    </message>
    <message>
        <source>Show the cells of a level</source>
        <translation>显示某一层的单元格</translation>
    </message>
    <message>
        <source>&amp;All levels</source>
        <translation>所有层(&amp;A)</translation>
    </message>
    <message>
        <source>Show all levels at once</source>
        <translation>同时显示所有层</translation>
    </message>
    <message>
        <source>Level P&amp;3 (stride 8)</source>
        <translation>P3 层，步长 8(&amp;3)</translation>
    </message>
    <message>
        <source>Show level P3 alone</source>
        <translation>只显示 P3 层</translation>
    </message>
    <message>
        <source>Level P&amp;4 (stride 16)</source>
        <translation>P4 层，步长 16(&amp;4)</translation>
    </message>
    <message>
        <source>Show level P4 alone</source>
        <translation>只显示 P4 层</translation>
    </message>
    <message>
        <source>Level P&amp;5 (stride 32)</source>
        <translation>P5 层，步长 32(&amp;5)</translation>
    </message>
    <message>
        <source>Show level P5 alone</source>
        <translation>只显示 P5 层</translation>
    </message>
    <message>
        <source>Level P&amp;6 (stride 64)</source>
        <translation>P6 层，步长 64(&amp;6)</translation>
    </message>
    <message>
        <source>Show level P6 alone</source>
        <translation>只显示 P6 层</translation>
    </message>
    <message>
        <source>Level P&amp;7 (stride 128)</source>
        <translation>P7 层，步长 128(&amp;7)</translation>
    </message>
    <message>
        <source>Show level P7 alone</source>
        <translation>只显示 P7 层</translation>
    </message>
    <message>
        <source>Draw or drag boxes to see what would learn them; nothing is saved</source>
        <translation>绘制或拖动框，查看哪些位置会学习它们；不会保存任何内容</translation>
    </message>
    <message>
        <source>R&amp;estore labels</source>
        <translation>恢复标注(&amp;E)</translation>
    </message>
    <message>
        <source>Take back the boxes that were drawn or moved to see what follows</source>
        <translation>撤回为假设而绘制或移动的框</translation>
    </message>
    <message>
        <source>Copy &amp;inspection</source>
        <translation>复制检查结果(&amp;I)</translation>
    </message>
    <message>
        <source>Copy what the inspector says as text</source>
        <translation>将检查器的内容复制为文本</translation>
    </message>
    <message>
        <source>&amp;Clear pins</source>
        <translation>清除固定点(&amp;C)</translation>
    </message>
    <message>
        <source>Remove all pinned locations</source>
        <translation>移除所有固定的位置</translation>
    </message>
    <message>
        <source>La&amp;yers panel</source>
        <translation>图层面板(&amp;Y)</translation>
    </message>
    <message>
        <source>Show or hide the panel of layers</source>
        <translation>显示或隐藏图层面板</translation>
    </message>
    <message>
        <source>L&amp;ocation inspector</source>
        <translation>位置检查器(&amp;O)</translation>
    </message>
    <message>
        <source>Show or hide what there is to say about a location</source>
        <translation>显示或隐藏关于某个位置的全部信息</translation>
    </message>
    <message>
        <source>&amp;What if</source>
        <translation>假设(&amp;W)</translation>
    </message>
    <message>
        <source>Show or hide the panel that changes the profile</source>
        <translation>显示或隐藏用于更改配置的面板</translation>
    </message>
    <message>
        <source>&amp;NMS replay</source>
        <translation>NMS 回放(&amp;N)</translation>
    </message>
    <message>
        <source>Show or hide non-maximum suppression step by step</source>
        <translation>显示或隐藏逐步的非极大值抑制</translation>
    </message>
    <message>
        <source>W&amp;hole data set</source>
        <translation>整个数据集(&amp;H)</translation>
    </message>
    <message>
        <source>Show or hide the assignment of a whole data set</source>
        <translation>显示或隐藏整个数据集的分配</translation>
    </message>
    <message>
        <source>Score against Io&amp;U</source>
        <translation>得分与 IoU(&amp;U)</translation>
    </message>
    <message>
        <source>Show or hide scores against overlaps for a whole data set</source>
        <translation>显示或隐藏整个数据集的得分与重叠</translation>
    </message>
    <message>
        <source>&amp;Lenses</source>
        <translation>透镜(&amp;L)</translation>
    </message>
    <message>
        <source>Le&amp;vels</source>
        <translation>层(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Import labels…</source>
        <translation>导入标注(&amp;I)…</translation>
    </message>
    <message>
        <source>Read the labels of a file or folder of another format into this project</source>
        <translation>把其他格式的文件或文件夹中的标注读入本项目</translation>
    </message>
    <message>
        <source>Export &amp;labels…</source>
        <translation>导出标注(&amp;L)…</translation>
    </message>
    <message>
        <source>Write the labels as COCO, Pascal VOC, YOLO, labelme or CSV</source>
        <translation>将标注写成 COCO、Pascal VOC、YOLO、labelme 或 CSV</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>Take back the last change of the labels</source>
        <translation>撤销对标注的上一次修改</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Make the change again that was taken back</source>
        <translation>重新做刚撤销的修改</translation>
    </message>
    <message>
        <source>&amp;Copy boxes</source>
        <translation>复制框(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the selected boxes, also for other images</source>
        <translation>复制选中的框，也可粘贴到其他图像</translation>
    </message>
    <message>
        <source>&amp;Paste boxes</source>
        <translation>粘贴框(&amp;P)</translation>
    </message>
    <message>
        <source>Put the copied boxes into this image</source>
        <translation>将复制的框放入此图像</translation>
    </message>
    <message>
        <source>&amp;Duplicate boxes</source>
        <translation>再制框(&amp;D)</translation>
    </message>
    <message>
        <source>Put a copy of each selected box beside it</source>
        <translation>在每个选中的框旁边放一个副本</translation>
    </message>
    <message>
        <source>Delete bo&amp;xes</source>
        <translation>删除框(&amp;X)</translation>
    </message>
    <message>
        <source>Remove the selected boxes from this image</source>
        <translation>从此图像中删去选中的框</translation>
    </message>
    <message>
        <source>Select &amp;all boxes</source>
        <translation>选择所有框(&amp;A)</translation>
    </message>
    <message>
        <source>Select every box that is shown</source>
        <translation>选择所有显示的框</translation>
    </message>
    <message>
        <source>Select by c&amp;lass</source>
        <translation>按类别选择(&amp;L)</translation>
    </message>
    <message>
        <source>Select every box of the selected box&apos;s class</source>
        <translation>选择与选中的框同类别的所有框</translation>
    </message>
    <message>
        <source>Select u&amp;nsure boxes</source>
        <translation>选择不确定的框(&amp;N)</translation>
    </message>
    <message>
        <source>Select every box whose score is below the threshold</source>
        <translation>选择得分低于阈值的所有框</translation>
    </message>
    <message>
        <source>Next &amp;box</source>
        <translation>下一个框(&amp;B)</translation>
    </message>
    <message>
        <source>Select the next box, from top to bottom</source>
        <translation>从上到下选择下一个框</translation>
    </message>
    <message>
        <source>Previous b&amp;ox</source>
        <translation>上一个框(&amp;O)</translation>
    </message>
    <message>
        <source>Select the box before this one</source>
        <translation>选择前一个框</translation>
    </message>
    <message>
        <source>Customise &amp;keys…</source>
        <translation>自定义按键(&amp;K)…</translation>
    </message>
    <message>
        <source>Give actions other keys</source>
        <translation>为操作设置其他按键</translation>
    </message>
    <message>
        <source>&amp;Draw boxes</source>
        <translation>画框(&amp;D)</translation>
    </message>
    <message>
        <source>Draw labels: drag from corner to corner, or click at both</source>
        <translation>画标注：从一角拖到对角，或在两角各点击一次</translation>
    </message>
    <message>
        <source>Change &amp;class…</source>
        <translation>更改类别(&amp;C)…</translation>
    </message>
    <message>
        <source>Choose another class for the selected boxes</source>
        <translation>为选中的框选择另一个类别</translation>
    </message>
    <message>
        <source>Class &amp;1</source>
        <translation>类别 &amp;1</translation>
    </message>
    <message>
        <source>Give the selected boxes the first class, or draw with it</source>
        <translation>给选中的框第一个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;2</source>
        <translation>类别 &amp;2</translation>
    </message>
    <message>
        <source>Give the selected boxes the second class, or draw with it</source>
        <translation>给选中的框第二个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;3</source>
        <translation>类别 &amp;3</translation>
    </message>
    <message>
        <source>Give the selected boxes the third class, or draw with it</source>
        <translation>给选中的框第三个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;4</source>
        <translation>类别 &amp;4</translation>
    </message>
    <message>
        <source>Give the selected boxes the fourth class, or draw with it</source>
        <translation>给选中的框第四个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;5</source>
        <translation>类别 &amp;5</translation>
    </message>
    <message>
        <source>Give the selected boxes the fifth class, or draw with it</source>
        <translation>给选中的框第五个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;6</source>
        <translation>类别 &amp;6</translation>
    </message>
    <message>
        <source>Give the selected boxes the sixth class, or draw with it</source>
        <translation>给选中的框第六个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;7</source>
        <translation>类别 &amp;7</translation>
    </message>
    <message>
        <source>Give the selected boxes the seventh class, or draw with it</source>
        <translation>给选中的框第七个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;8</source>
        <translation>类别 &amp;8</translation>
    </message>
    <message>
        <source>Give the selected boxes the eighth class, or draw with it</source>
        <translation>给选中的框第八个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class &amp;9</source>
        <translation>类别 &amp;9</translation>
    </message>
    <message>
        <source>Give the selected boxes the ninth class, or draw with it</source>
        <translation>给选中的框第九个类别，或用它画框</translation>
    </message>
    <message>
        <source>Class 1&amp;0</source>
        <translation>类别 1&amp;0</translation>
    </message>
    <message>
        <source>Give the selected boxes the tenth class, or draw with it</source>
        <translation>给选中的框第十个类别，或用它画框</translation>
    </message>
    <message>
        <source>&amp;Tighten boxes</source>
        <translation>收紧框(&amp;T)</translation>
    </message>
    <message>
        <source>Move the edges of the selected boxes to the edges in the picture</source>
        <translation>将选中框的边移到图像中的边缘</translation>
    </message>
    <message>
        <source>&amp;Propagate boxes…</source>
        <translation>向后传播框(&amp;P)…</translation>
    </message>
    <message>
        <source>Copy the selected boxes to the images that follow</source>
        <translation>将选中的框复制到后面的图像</translation>
    </message>
    <message>
        <source>Loc&amp;k or unlock boxes</source>
        <translation>锁定或解锁框(&amp;K)</translation>
    </message>
    <message>
        <source>Keep the selected boxes from being changed, or let them go</source>
        <translation>防止选中的框被修改，或解除锁定</translation>
    </message>
    <message>
        <source>&amp;Hide boxes</source>
        <translation>隐藏框(&amp;H)</translation>
    </message>
    <message>
        <source>Hide the selected boxes until they are shown again</source>
        <translation>隐藏选中的框，直到再次显示</translation>
    </message>
    <message>
        <source>Sho&amp;w hidden boxes</source>
        <translation>显示隐藏的框(&amp;W)</translation>
    </message>
    <message>
        <source>Show every box that was hidden</source>
        <translation>显示所有被隐藏的框</translation>
    </message>
    <message>
        <source>Picture without &amp;labels</source>
        <translation>不带标注的图像(&amp;L)</translation>
    </message>
    <message>
        <source>Hide all labels to see the picture alone</source>
        <translation>隐藏所有标注，只看图像</translation>
    </message>
    <message>
        <source>D&amp;ifficult or not</source>
        <translation>是否困难(&amp;I)</translation>
    </message>
    <message>
        <source>Mark the selected boxes as difficult, or no longer</source>
        <translation>将选中的框标为困难，或取消</translation>
    </message>
    <message>
        <source>C&amp;rowd or not</source>
        <translation>是否群体(&amp;R)</translation>
    </message>
    <message>
        <source>Mark the selected boxes as a crowd, or no longer</source>
        <translation>将选中的框标为群体，或取消</translation>
    </message>
    <message>
        <source>&amp;Accept detection</source>
        <translation>接受检测(&amp;A)</translation>
    </message>
    <message>
        <source>Make a label of the selected detection</source>
        <translation>将选中的检测变为标注</translation>
    </message>
    <message>
        <source>Acc&amp;ept all detections</source>
        <translation>接受所有检测(&amp;E)</translation>
    </message>
    <message>
        <source>Make labels of all detections that are shown in this image</source>
        <translation>将此图像中显示的所有检测变为标注</translation>
    </message>
    <message>
        <source>Accept detections of the sa&amp;me class</source>
        <translation>接受同类别的检测(&amp;M)</translation>
    </message>
    <message>
        <source>Make labels of all detections of the selected one&apos;s class</source>
        <translation>将与选中检测同类别的所有检测变为标注</translation>
    </message>
    <message>
        <source>Re&amp;fuse detection</source>
        <translation>拒绝检测(&amp;F)</translation>
    </message>
    <message>
        <source>Say no to the selected detection; it is not shown again</source>
        <translation>拒绝选中的检测；它不再显示</translation>
    </message>
    <message>
        <source>Split int&amp;o sets…</source>
        <translation>划分数据集(&amp;O)…</translation>
    </message>
    <message>
        <source>Divide the images at random into training, validation and test sets</source>
        <translation>将图像随机划分为训练集、验证集和测试集</translation>
    </message>
    <message>
        <source>Next &amp;unreviewed image</source>
        <translation>下一张未审阅的图像(&amp;U)</translation>
    </message>
    <message>
        <source>Show the next image that nobody has marked as verified or empty</source>
        <translation>显示下一张尚未标为已核实或为空的图像</translation>
    </message>
    <message>
        <source>Previous un&amp;reviewed image</source>
        <translation>上一张未审阅的图像(&amp;R)</translation>
    </message>
    <message>
        <source>Show the unreviewed image before this one</source>
        <translation>显示前一张未审阅的图像</translation>
    </message>
    <message>
        <source>Mark as &amp;verified</source>
        <translation>标为已核实(&amp;V)</translation>
    </message>
    <message>
        <source>Say that the labels of this image are right and complete, or take it back</source>
        <translation>声明此图像的标注正确且完整，或撤回声明</translation>
    </message>
    <message>
        <source>Mark as &amp;empty on purpose</source>
        <translation>标为确实为空(&amp;E)</translation>
    </message>
    <message>
        <source>Say that there is nothing to label in this image, or take it back</source>
        <translation>声明此图像中没有可标注的内容，或撤回声明</translation>
    </message>
    <message>
        <source>Detect in &amp;all images</source>
        <translation>检测所有图像(&amp;A)</translation>
    </message>
    <message>
        <source>Run the detector on every image of the list</source>
        <translation>对列表中的每张图像运行检测器</translation>
    </message>
    <message>
        <source>Bo&amp;xes no location can learn</source>
        <translation>没有位置能学习的框(&amp;X)</translation>
    </message>
    <message>
        <source>Point out the boxes that lie in no regression range or between all locations</source>
        <translation>指出不在任何回归范围内或落在所有位置之间的框</translation>
    </message>
    <message>
        <source>Try &amp;boxes without saving</source>
        <translation>试画框而不保存(&amp;B)</translation>
    </message>
    <message>
        <source>Labels &amp;panel</source>
        <translation>标注面板(&amp;P)</translation>
    </message>
    <message>
        <source>Show or hide the list of this image&apos;s labels</source>
        <translation>显示或隐藏此图像的标注列表</translation>
    </message>
    <message>
        <source>&amp;Classes</source>
        <translation>类别(&amp;C)</translation>
    </message>
    <message>
        <source>Show or hide the list of classes</source>
        <translation>显示或隐藏类别列表</translation>
    </message>
    <message>
        <source>&amp;Minimap</source>
        <translation>缩略导航图(&amp;M)</translation>
    </message>
    <message>
        <source>Show or hide the whole image in a corner while zoomed in</source>
        <translation>放大时在角落显示或隐藏整幅图像</translation>
    </message>
    <message>
        <source>B&amp;rightness and contrast</source>
        <translation>亮度和对比度(&amp;R)</translation>
    </message>
    <message>
        <source>Show or hide the sliders that make the picture brighter or clearer; the files stay as they are</source>
        <translation>显示或隐藏使图像更亮、更清晰的滑块；文件保持不变</translation>
    </message>
    <message>
        <source>&amp;Find an action…</source>
        <translation>查找操作(&amp;F)…</translation>
    </message>
    <message>
        <source>Search every action by its words and run it</source>
        <translation>按文字搜索任何操作并执行</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>La&amp;bels</source>
        <translation>标注(&amp;B)</translation>
    </message>
    <message>
        <source>Cla&amp;ss by number</source>
        <translation>按编号选类别(&amp;S)</translation>
    </message>
    <message>
        <source>Open images first.</source>
        <translation>请先打开图像。</translation>
    </message>
    <message>
        <source>Open an image and a model first.</source>
        <translation>请先打开图像和模型。</translation>
    </message>
    <message>
        <source>Open a model first.</source>
        <translation>请先打开模型。</translation>
    </message>
    <message>
        <source>Nothing is being worked on.</source>
        <translation>没有正在进行的工作。</translation>
    </message>
    <message>
        <source>Nothing is detected in this image.</source>
        <translation>此图像中没有检测结果。</translation>
    </message>
    <message>
        <source>Select a detection first.</source>
        <translation>请先选择一个检测。</translation>
    </message>
    <message>
        <source>Select a box first.</source>
        <translation>请先选择一个框。</translation>
    </message>
    <message>
        <source>This image has no boxes.</source>
        <translation>此图像没有框。</translation>
    </message>
    <message>
        <source>No box is hidden.</source>
        <translation>没有隐藏的框。</translation>
    </message>
    <message>
        <source>There is no such class yet.</source>
        <translation>还没有这个类别。</translation>
    </message>
    <message>
        <source>Copy boxes first.</source>
        <translation>请先复制框。</translation>
    </message>
    <message>
        <source>Nothing has been changed.</source>
        <translation>没有任何修改。</translation>
    </message>
    <message>
        <source>Nothing was taken back.</source>
        <translation>没有撤销过的修改。</translation>
    </message>
    <message>
        <source>&amp;Prepare training</source>
        <translation>准备训练(&amp;P)</translation>
    </message>
    <message>
        <source>Show or hide what a training starts from, learns from and is asked to do</source>
        <translation>显示或隐藏训练的起点、所学图像和设置</translation>
    </message>
    <message>
        <source>&amp;Watch training</source>
        <translation>观察训练(&amp;W)</translation>
    </message>
    <message>
        <source>Show or hide the curves, alarms and pictures of a training</source>
        <translation>显示或隐藏训练的曲线、警报和图片</translation>
    </message>
    <message>
        <source>Pi&amp;ctures as they are learnt from…</source>
        <translation>学习时所见的图片(&amp;C)…</translation>
    </message>
    <message>
        <source>Show pictures as augmentation changes them, and what each location learns there</source>
        <translation>显示经数据增强后的图片，以及其中每个位置学习什么</translation>
    </message>
    <message>
        <source>&amp;Start training</source>
        <translation>开始训练(&amp;S)</translation>
    </message>
    <message>
        <source>Start a trainer with what is prepared; it goes on without the window</source>
        <translation>按准备好的内容启动训练程序；它不依赖窗口继续运行</translation>
    </message>
    <message>
        <source>P&amp;ause training</source>
        <translation>暂停训练(&amp;A)</translation>
    </message>
    <message>
        <source>Let the trainer rest, or go on</source>
        <translation>让训练程序暂停或继续</translation>
    </message>
    <message>
        <source>S&amp;top training</source>
        <translation>停止训练(&amp;T)</translation>
    </message>
    <message>
        <source>End the training; its model can be used and it can go on later</source>
        <translation>结束训练；其模型可以使用，以后也可以继续</translation>
    </message>
    <message>
        <source>&amp;Use the trained model…</source>
        <translation>使用训练出的模型(&amp;U)…</translation>
    </message>
    <message>
        <source>Compare the trained model with the loaded one, then let it take its place</source>
        <translation>将训练出的模型与已加载的模型比较，然后取而代之</translation>
    </message>
    <message>
        <source>&amp;Training</source>
        <translation>训练(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Go on with a training…</source>
        <translation>继续一次训练(&amp;G)…</translation>
    </message>
    <message>
        <source>Prepare that the run that is shown goes on, with another length, rate, batch or device if you like</source>
        <translation>准备让所显示的运行继续，可以更改长度、学习率、批大小或设备</translation>
    </message>
    <message>
        <source>S&amp;how this image after each validation</source>
        <translation>每次验证后显示这张图像(&amp;H)</translation>
    </message>
    <message>
        <source>The run that is shown finds boxes in this image from the next validation on, instead of in the first ones it is measured on</source>
        <translation>从下一次验证起，所显示的训练会在这张图像中找框，而不再是用于验证的前几张</translation>
    </message>
    <message>
        <source>&amp;Look with the model in training</source>
        <translation>用训练中的模型查看(&amp;L)</translation>
    </message>
    <message>
        <source>See images and lenses through the newest checkpoint of the run that is shown, and go back after that</source>
        <translation>用所显示训练的最新检查点查看图像和透镜，之后再返回</translation>
    </message>
    <message>
        <source>Accept detections of all ima&amp;ges…</source>
        <translation>接受所有图像的检测(&amp;G)…</translation>
    </message>
    <message>
        <source>Make labels of what was detected in all images, above the score threshold</source>
        <translation>将所有图像中得分高于阈值的检测结果变为标注</translation>
    </message>
    <message>
        <source>Keep la&amp;bel files in step</source>
        <translation>保持标注文件同步(&amp;B)</translation>
    </message>
    <message>
        <source>Write every change into the label files that came with the folder</source>
        <translation>将每次更改写入文件夹附带的标注文件</translation>
    </message>
    <message>
        <source>These images have no label files of their own.</source>
        <translation>这些图像没有各自的标注文件。</translation>
    </message>
</context>
<context>
    <name>ClassDialog</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>What is in the box? Choose a class, or type a new one.</source>
        <translation>框里是什么？请选择一个类别，或输入新的类别名。</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>%1, stored in %2 bits</source>
        <translation>%1 个，以 %2 位存储</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>运行设备</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>基本情况</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Training options</source>
        <translation>训练选项</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>模型卡片</translation>
    </message>
    <message>
        <source>Entries that cannot be used</source>
        <translation>无法使用的条目</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Zoom at the cursor</source>
        <translation>以光标为中心缩放</translation>
    </message>
    <message>
        <source>Middle drag, or drag with Space held</source>
        <translation>按住中键拖动，或按住空格键拖动</translation>
    </message>
    <message>
        <source>Move the image</source>
        <translation>移动图像</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>方向键</translation>
    </message>
    <message>
        <source>Click</source>
        <translation>单击</translation>
    </message>
    <message>
        <source>Select the smallest box under the cursor; again: the next larger one</source>
        <translation>选中光标下最小的边框；再次单击选中更大的一个</translation>
    </message>
    <message>
        <source>Escape</source>
        <translation>Esc 键</translation>
    </message>
    <message>
        <source>Drop files on the window</source>
        <translation>把文件拖放到窗口上</translation>
    </message>
    <message>
        <source>Open images, folders, data sets or a model</source>
        <translation>打开图像、文件夹、数据集或模型</translation>
    </message>
    <message>
        <source>Keys and gestures</source>
        <translation>按键与手势</translation>
    </message>
    <message>
        <source>On the image</source>
        <translation>在图像上</translation>
    </message>
    <message>
        <source>See what an FCOS object detector finds in your images, and why.</source>
        <translation>查看 FCOS 目标检测器在图像中发现了什么，以及原因。</translation>
    </message>
    <message>
        <source>Free software under the GNU General Public License, version 3 or later. It comes without any warranty.</source>
        <translation>自由软件，依照 GNU 通用公共许可证第 3 版或更新版本发布，不提供任何担保。</translation>
    </message>
    <message>
        <source>FCOS: A Simple and Strong Anchor-free Object Detector (Tian, Shen, Chen, He)</source>
        <translation>论文《FCOS: A Simple and Strong Anchor-free Object Detector》（Tian、Shen、Chen、He）</translation>
    </message>
    <message>
        <source>About FCOScope</source>
        <translation>关于 FCOScope</translation>
    </message>
    <message>
        <source>Open images</source>
        <translation>打开图像</translation>
    </message>
    <message>
        <source>Images (*.jpg *.jpeg *.png *.bmp *.tif *.tiff *.webp);;COCO data sets (*.json);;All files (*)</source>
        <translation>图像 (*.jpg *.jpeg *.png *.bmp *.tif *.tiff *.webp);;COCO 数据集 (*.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>ours: %1</source>
        <translation>我们的：%1</translation>
    </message>
    <message>
        <source>Nothing: it is a model of our own profile.</source>
        <translation>没有：这是采用我们自己配置的模型。</translation>
    </message>
    <message>
        <source>Assumed</source>
        <translation>推断</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>略去的内容</translation>
    </message>
    <message>
        <source>Codebase</source>
        <translation>代码库</translation>
    </message>
    <message>
        <source>Input size</source>
        <translation>输入尺寸</translation>
    </message>
    <message>
        <source>shorter side %1 px, but longer side at most %2 px; padded to multiples of %3 px</source>
        <translation>短边 %1 px，但长边不超过 %2 px；填充到 %3 px 的整数倍</translation>
    </message>
    <message>
        <source>File format</source>
        <translation>文件格式</translation>
    </message>
    <message>
        <source>What differs from our own</source>
        <translation>与我们自己的不同之处</translation>
    </message>
    <message>
        <source>All of the structure</source>
        <translation>全部结构</translation>
    </message>
    <message>
        <source>All of the profile</source>
        <translation>全部配置</translation>
    </message>
    <message>
        <source>Models (%1)</source>
        <translation>模型 (%1)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>All tables in one file (*.json)</source>
        <translation>所有表格存为一个文件 (*.json)</translation>
    </message>
    <message>
        <source>A file for each table (*.csv)</source>
        <translation>每个表格一个文件 (*.csv)</translation>
    </message>
    <message>
        <source>Export the assignment</source>
        <translation>导出分配统计</translation>
    </message>
    <message>
        <source>Mouse</source>
        <translation>鼠标</translation>
    </message>
    <message>
        <source>Ctrl and click</source>
        <translation>Ctrl+单击</translation>
    </message>
    <message>
        <source>Add a box to the selection, or take it away</source>
        <translation>将框加入选择或移出选择</translation>
    </message>
    <message>
        <source>Drag over the background</source>
        <translation>在背景上拖动</translation>
    </message>
    <message>
        <source>Select the boxes in between</source>
        <translation>选择拖过范围内的框</translation>
    </message>
    <message>
        <source>Drag a selected box</source>
        <translation>拖动选中的框</translation>
    </message>
    <message>
        <source>Move all selected boxes</source>
        <translation>移动所有选中的框</translation>
    </message>
    <message>
        <source>Drag a handle</source>
        <translation>拖动控制点</translation>
    </message>
    <message>
        <source>Change the size of a box</source>
        <translation>改变框的大小</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>Choose the class of a box</source>
        <translation>选择框的类别</translation>
    </message>
    <message>
        <source>Shift while drawing</source>
        <translation>画框时按住 Shift</translation>
    </message>
    <message>
        <source>Keep the box square</source>
        <translation>保持框为正方形</translation>
    </message>
    <message>
        <source>Alt while dragging</source>
        <translation>拖动时按住 Alt</translation>
    </message>
    <message>
        <source>Do not snap to the image&apos;s edge</source>
        <translation>不吸附到图像边缘</translation>
    </message>
    <message>
        <source>Move the image, or the selected boxes by a pixel</source>
        <translation>移动图像，或将选中的框移动一个像素</translation>
    </message>
    <message>
        <source>Shift and arrow keys</source>
        <translation>Shift+方向键</translation>
    </message>
    <message>
        <source>Move the selected boxes by ten pixels</source>
        <translation>将选中的框移动十个像素</translation>
    </message>
    <message>
        <source>Ctrl and arrow keys</source>
        <translation>Ctrl+方向键</translation>
    </message>
    <message>
        <source>Move their right and lower edges</source>
        <translation>移动其右边和下边</translation>
    </message>
    <message>
        <source>Give up the box begun, end drawing, drop the selection</source>
        <translation>放弃未画完的框、结束画框、取消选择</translation>
    </message>
    <message>
        <source>%1 cannot be written: %2</source>
        <translation>无法写入 %1：%2</translation>
    </message>
    <message>
        <source>Save as PDF…</source>
        <translation>保存为 PDF…</translation>
    </message>
    <message>
        <source>Customise keys…</source>
        <translation>自定义按键…</translation>
    </message>
    <message>
        <source>PDF files (*.pdf)</source>
        <translation>PDF 文件 (*.pdf)</translation>
    </message>
    <message>
        <source>Import labels</source>
        <translation>导入标注</translation>
    </message>
    <message>
        <source>Labels (*.json *.csv *.xml *.txt *.yaml);;All files (*)</source>
        <translation>标注 (*.json *.csv *.xml *.txt *.yaml);;所有文件 (*)</translation>
    </message>
    <message numerus="yes">
        <source>%n tensor(s) of the file have no place in the network: %1</source>
        <translation>
            <numerusform>文件中有 %n 个张量在网络中没有位置：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n class(es)</source>
        <translation>
            <numerusform>%n 个类别</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Docks</name>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>假设</translation>
    </message>
    <message>
        <source>Location</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Detections</source>
        <translation>检测结果</translation>
    </message>
    <message>
        <source>NMS replay</source>
        <translation>NMS 回放</translation>
    </message>
    <message>
        <source>Whole data set</source>
        <translation>整个数据集</translation>
    </message>
    <message>
        <source>Score against IoU</source>
        <translation>得分与 IoU</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>画面</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>训练设置</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message>
        <source>No location of this image learns a box.</source>
        <translation>此图像中没有位置学习任何框。</translation>
    </message>
    <message>
        <source>A location of %1 that learns %2: l %3, t %4, r %5, b %6 px of the network&apos;s input</source>
        <translation>%1 的一个位置，学习 %2：l %3、t %4、r %5、b %6（网络输入的像素）</translation>
    </message>
    <message>
        <source>Without centre sampling</source>
        <translation>不用中心采样</translation>
    </message>
    <message>
        <source>No location of this image is ambiguous.</source>
        <translation>此图像中没有歧义位置。</translation>
    </message>
    <message>
        <source>A location of %1 in %2 boxes: it learns the smallest, %3 (solid), and not %4 (dashed)</source>
        <translation>%1 的一个位置，落在 %2 个框内：它学习最小的 %3（实线），而不学习 %4（虚线）</translation>
    </message>
    <message>
        <source>%1: what a location learns, and ambiguous locations</source>
        <translation>%1：一个位置学习什么，以及歧义位置</translation>
    </message>
    <message>
        <source>profile %1</source>
        <translation>配置 %1</translation>
    </message>
    <message>
        <source>detections stand in for labels</source>
        <translation>以检测结果代替标注</translation>
    </message>
    <message>
        <source>Centerness, target</source>
        <translation>中心度，目标</translation>
    </message>
    <message>
        <source>%1: centerness of %2</source>
        <translation>%1：%2 的中心度</translation>
    </message>
    <message>
        <source>centerness = √(min(l, r) / max(l, r) · min(t, b) / max(t, b)); at the marked location %1</source>
        <translation>中心度 = √(min(l, r) / max(l, r) · min(t, b) / max(t, b))；标出的位置处为 %1</translation>
    </message>
    <message>
        <source>Score against IoU, over %1 images</source>
        <translation>得分与 IoU，共 %1 幅图像</translation>
    </message>
    <message>
        <source>Every candidate above the score threshold, before NMS; IoU with the best label of its class</source>
        <translation>NMS 之前得分高于阈值的所有候选框；IoU 取自同类别中最吻合的标注</translation>
    </message>
</context>
<context>
    <name>LabelExportDialog</name>
    <message>
        <source>COCO (one .json)</source>
        <translation>COCO（一个 .json）</translation>
    </message>
    <message>
        <source>Pascal VOC (an .xml for each image)</source>
        <translation>Pascal VOC（每张图像一个 .xml）</translation>
    </message>
    <message>
        <source>YOLO (a .txt for each image, data.yaml)</source>
        <translation>YOLO（每张图像一个 .txt，外加 data.yaml）</translation>
    </message>
    <message>
        <source>labelme (a .json for each image)</source>
        <translation>labelme（每张图像一个 .json）</translation>
    </message>
    <message>
        <source>CSV (a line for each box)</source>
        <translation>CSV（每个框一行）</translation>
    </message>
    <message>
        <source>All in one</source>
        <translation>全部在一起</translation>
    </message>
    <message>
        <source>Train and val, 80 : 20</source>
        <translation>训练集和验证集，80 : 20</translation>
    </message>
    <message>
        <source>Train, val and test, 80 : 10 : 10</source>
        <translation>训练集、验证集和测试集，80 : 10 : 10</translation>
    </message>
</context>
<context>
    <name>Legend</name>
    <message>
        <source>The image has no labels: its detections stand in for them.</source>
        <translation>该图像没有标注：以检测结果代替。</translation>
    </message>
    <message>
        <source>l, t, r, b to the box it learns</source>
        <translation>l、t、r、b：到所学习的框</translation>
    </message>
    <message>
        <source>to the box it predicts</source>
        <translation>到所预测的框</translation>
    </message>
    <message>
        <source>cells: a location is in the middle of each</source>
        <translation>单元格：位置在每格的中央</translation>
    </message>
    <message>
        <source>%1: %2 learn a box</source>
        <translation>%1：%2 个位置学习某个框</translation>
    </message>
    <message>
        <source>outside the regression range</source>
        <translation>在回归范围之外</translation>
    </message>
    <message>
        <source>outside the centre region</source>
        <translation>在中心区域之外</translation>
    </message>
    <message>
        <source>background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>A colour is a box&apos;s, not a class&apos;s.</source>
        <translation>颜色代表框，不代表类别。</translation>
    </message>
    <message>
        <source>boxes of one class: %1</source>
        <translation>同一类别的框：%1</translation>
    </message>
    <message>
        <source>boxes of different classes: %1</source>
        <translation>不同类别的框：%1</translation>
    </message>
    <message>
        <source>equal areas, the first one wins: %1</source>
        <translation>面积相等，列在前面的胜出：%1</translation>
    </message>
    <message>
        <source>Within: the box that is learnt. Around: those that lose.</source>
        <translation>内部：被学习的框。外圈：落败的框。</translation>
    </message>
    <message>
        <source>largest of %1 to %2</source>
        <translation>%1 至 %2 的最大值</translation>
    </message>
    <message>
        <source>most probable class</source>
        <translation>最可能的类别</translation>
    </message>
    <message>
        <source>mean of the channels</source>
        <translation>各通道的平均值</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>通道 %1</translation>
    </message>
    <message>
        <source>%1: %2 (%3, column %4, row %5)</source>
        <translation>%1：%2（%3，第 %4 列，第 %5 行）</translation>
    </message>
    <message>
        <source>boxes: %1, learnt: %2</source>
        <translation>框：%1，被学习：%2</translation>
    </message>
</context>
<context>
    <name>Weights</name>
    <message>
        <source>Published by</source>
        <translation>发布者</translation>
    </message>
    <message>
        <source>Box AP on COCO</source>
        <translation>COCO 框 AP</translation>
    </message>
    <message>
        <source>Top-1 on ImageNet</source>
        <translation>ImageNet Top-1</translation>
    </message>
    <message>
        <source>%1 % (published)</source>
        <translation>%1 %（发布值）</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>not published</source>
        <translation>未公布</translation>
    </message>
    <message>
        <source>Comes from</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Checked by</source>
        <translation>校验方式</translation>
    </message>
    <message>
        <source>SHA-256 %1…</source>
        <translation>SHA-256 %1…</translation>
    </message>
    <message>
        <source>its length alone; no checksum is published</source>
        <translation>仅按长度；未公布校验和</translation>
    </message>
    <message>
        <source>Please cite</source>
        <translation>请引用</translation>
    </message>
    <message>
        <source>Terms</source>
        <translation>条款</translation>
    </message>
    <message>
        <source>Here in</source>
        <translation>所在位置</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>The file {0} cannot be written: {1}.</source>
        <translation>无法写入文件 {0}：{1}。</translation>
    </message>
    <message>
        <source>The file {0} cannot be read: {1}.</source>
        <translation>无法读取文件 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} is not a file.</source>
        <translation>{0} 不是文件。</translation>
    </message>
    <message>
        <source>The file {0} has {1} bytes; the limit is {2}.</source>
        <translation>文件 {0} 有 {1} 字节，上限为 {2}。</translation>
    </message>
    <message>
        <source>not valid JSON at byte {0}</source>
        <translation>第 {0} 字节处不是有效的 JSON</translation>
    </message>
    <message>
        <source>The option {0} is &quot;{1}&quot;; it must be true or false.</source>
        <translation>选项 {0} 的值为“{1}”，应为 true 或 false。</translation>
    </message>
    <message>
        <source>The option {0} is &quot;{1}&quot;; it must be one of {2}.</source>
        <translation>选项 {0} 的值为“{1}”，应为以下之一：{2}。</translation>
    </message>
    <message>
        <source>The option {0} is &quot;{1}&quot;; it must be a number from {2} to {3}.</source>
        <translation>选项 {0} 的值为“{1}”，应为 {2} 到 {3} 之间的数。</translation>
    </message>
    <message>
        <source>{0}: there is no option &quot;{1}&quot;.</source>
        <translation>{0}：没有名为“{1}”的选项。</translation>
    </message>
    <message>
        <source>{0}: there is no option &quot;{1}&quot;; did you mean &quot;{2}&quot;?</source>
        <translation>{0}：没有名为“{1}”的选项，是否指“{2}”？</translation>
    </message>
    <message>
        <source>Width of every training sample, a multiple of 32.</source>
        <translation>每个训练样本的宽度，为 32 的倍数。</translation>
    </message>
    <message>
        <source>Height of every training sample, a multiple of 32.</source>
        <translation>每个训练样本的高度，为 32 的倍数。</translation>
    </message>
    <message>
        <source>Training images are enlarged or shrunk by up to e to this power.</source>
        <translation>训练图像的缩放倍数最大为 e 的该次幂（放大或缩小）。</translation>
    </message>
    <message>
        <source>The ratio of width to height is changed by up to e to this power.</source>
        <translation>宽高比的变化倍数最大为 e 的该次幂。</translation>
    </message>
    <message>
        <source>Where an enlarged image does not fit the sample, a window at random is used; otherwise the middle.</source>
        <translation>放大后的图像超出样本时随机取一个窗口；否则取中间部分。</translation>
    </message>
    <message>
        <source>Half of the samples are mirrored left to right.</source>
        <translation>一半样本左右翻转。</translation>
    </message>
    <message>
        <source>Half of the samples are mirrored top to bottom.</source>
        <translation>一半样本上下翻转。</translation>
    </message>
    <message>
        <source>Brightness is multiplied by 1 plus or minus up to this.</source>
        <translation>亮度乘以 1 加减不超过此值的系数。</translation>
    </message>
    <message>
        <source>Contrast is multiplied by 1 plus or minus up to this.</source>
        <translation>对比度乘以 1 加减不超过此值的系数。</translation>
    </message>
    <message>
        <source>Saturation is multiplied by 1 plus or minus up to this.</source>
        <translation>饱和度乘以 1 加减不超过此值的系数。</translation>
    </message>
    <message>
        <source>Hues are turned by up to this angle either way.</source>
        <translation>色相向两侧旋转，最多为此角度。</translation>
    </message>
    <message>
        <source>A label is trained on if at least this share of its area is inside the sample.</source>
        <translation>标注的面积至少有此比例位于样本内时才用于训练。</translation>
    </message>
    <message>
        <source>{0} is {1}; it has to be a multiple of 32.</source>
        <translation>{0} 为 {1}，必须是 32 的倍数。</translation>
    </message>
    <message>
        <source>The image {0} is empty.</source>
        <translation>图像 {0} 为空。</translation>
    </message>
    <message>
        <source>{0} is not a COCO file: its &quot;{1}&quot; is not a list.</source>
        <translation>{0} 不是 COCO 文件：其中的“{1}”不是列表。</translation>
    </message>
    <message>
        <source>Entry {0} of &quot;{1}&quot; is not an object; it was left out.</source>
        <translation>“{1}”的第 {0} 项不是对象，已略去。</translation>
    </message>
    <message>
        <source>Image {0} ({1}) has no whole number as id; it was left out.</source>
        <translation>图像 {0}（{1}）的 id 不是整数，已略去。</translation>
    </message>
    <message>
        <source>The image with id {0} has no file_name; it was left out.</source>
        <translation>id 为 {0} 的图像没有 file_name，已略去。</translation>
    </message>
    <message>
        <source>Category {0} ({1}) lacks an id or a name; it was left out.</source>
        <translation>类别 {0}（{1}）缺少 id 或名称，已略去。</translation>
    </message>
    <message>
        <source>{0} is not a COCO file: it has two lists &quot;{1}&quot;.</source>
        <translation>{0} 不是 COCO 文件：其中有两个“{1}”列表。</translation>
    </message>
    <message>
        <source>{0} is not a COCO file: it does not hold an object.</source>
        <translation>{0} 不是 COCO 文件：其内容不是对象。</translation>
    </message>
    <message>
        <source>The file {0} is not valid JSON: {1}</source>
        <translation>文件 {0} 不是有效的 JSON：{1}</translation>
    </message>
    <message>
        <source>{0} is not a COCO file: it has no &quot;{1}&quot;.</source>
        <translation>{0} 不是 COCO 文件：其中没有“{1}”。</translation>
    </message>
    <message>
        <source>No folder near {0} has the image {1}; say where the images are with the option &quot;images&quot;.</source>
        <translation>{0} 附近的文件夹中都没有图像 {1}；请用选项“images”指明图像所在位置。</translation>
    </message>
    <message>
        <source>Two categories have the id {0}; &quot;{1}&quot; was left out.</source>
        <translation>有两个类别的 id 都是 {0}，已略去“{1}”。</translation>
    </message>
    <message>
        <source>Two annotations have the id {0}; the second was left out.</source>
        <translation>有两条标注的 id 都是 {0}，已略去第二条。</translation>
    </message>
    <message>
        <source>Annotation {0} belongs to image {1}, which is not in the file; it was left out.</source>
        <translation>标注 {0} 属于图像 {1}，但文件中没有该图像，已略去。</translation>
    </message>
    <message>
        <source>Annotation {0} has no whole number as image_id; it was left out.</source>
        <translation>标注 {0} 的 image_id 不是整数，已略去。</translation>
    </message>
    <message>
        <source>Annotation {0} has the category &quot;{1}&quot;, which is not in the file; it was left out.</source>
        <translation>标注 {0} 的类别“{1}”不在文件中，已略去。</translation>
    </message>
    <message>
        <source>Annotation {0} ({1}) has no bbox of four numbers; it was left out.</source>
        <translation>标注 {0}（{1}）没有由四个数组成的 bbox，已略去。</translation>
    </message>
    <message>
        <source>Two images have the id {0}; &quot;{1}&quot; was left out.</source>
        <translation>有两张图像的 id 都是 {0}，已略去“{1}”。</translation>
    </message>
    <message>
        <source>The file_name {0} leads out of the images&apos; folder; it was followed.</source>
        <translation>file_name {0} 指向图像文件夹之外，仍按其读取。</translation>
    </message>
    <message>
        <source>The option classes is &quot;{0}&quot;; it must be different names separated by commas.</source>
        <translation>选项 classes 的值为“{0}”，应为以逗号分隔且互不相同的名称。</translation>
    </message>
    <message>
        <source>The data set {0} has no split &quot;{1}&quot;; its label files are {2}.</source>
        <translation>数据集 {0} 没有子集“{1}”，其标注文件有 {2}。</translation>
    </message>
    <message>
        <source>The folder {0} has several label files, {1}; name one of them, or a split.</source>
        <translation>文件夹 {0} 中有多个标注文件：{1}；请指明其中一个，或指明子集。</translation>
    </message>
    <message>
        <source>{0} is one COCO file and has no split &quot;{1}&quot;.</source>
        <translation>{0} 是单个 COCO 文件，没有子集“{1}”。</translation>
    </message>
    <message>
        <source>The folder {0} holds several data sets, {1}; name one of them.</source>
        <translation>文件夹 {0} 中有多个数据集：{1}；请指明其中一个。</translation>
    </message>
    <message>
        <source>The folder {0} holds no data set: no COCO file, no VOC annotations and no images.</source>
        <translation>文件夹 {0} 中没有数据集：没有 COCO 文件，没有 VOC 标注，也没有图像。</translation>
    </message>
    <message>
        <source>The folder {0} holds plain images and has no split &quot;{1}&quot;.</source>
        <translation>文件夹 {0} 中只有图像，没有子集“{1}”。</translation>
    </message>
    <message>
        <source>Which split of the data set to read, e.g. train; empty: all of it.</source>
        <translation>读取数据集的哪个子集，例如 train；留空则读取全部。</translation>
    </message>
    <message>
        <source>Folder of a COCO file&apos;s images; empty: looked for beside the file.</source>
        <translation>COCO 文件的图像所在文件夹；留空则在该文件旁边查找。</translation>
    </message>
    <message>
        <source>What the numbers of a VOC box mean: its edges (as labelImg writes them), or its first and last pixel counted from 1 or from 0; auto: 1 in Pascal&apos;s own files, else edges.</source>
        <translation>VOC 边框中数字的含义：边缘本身（labelImg 的写法），或从 1 或 0 起数的首末像素；auto：Pascal 官方文件按从 1 起数，其余按边缘。</translation>
    </message>
    <message>
        <source>Class names in order, separated by commas; empty: the data set&apos;s own.</source>
        <translation>按顺序以逗号分隔的类别名称；留空则使用数据集自带的类别。</translation>
    </message>
    <message>
        <source>There is no file or folder {0}.</source>
        <translation>没有名为 {0} 的文件或文件夹。</translation>
    </message>
    <message>
        <source>The data set {0} cannot be read: {1}.</source>
        <translation>无法读取数据集 {0}：{1}。</translation>
    </message>
    <message>
        <source>A label of class &quot;{0}&quot; was left out: the class is not in use.</source>
        <translation>已略去一条类别为“{0}”的标注：未使用该类别。</translation>
    </message>
    <message>
        <source>The image file {0} is missing; it and its {1} labels were left out.</source>
        <translation>缺少图像文件 {0}，已略去该图像及其 {1} 条标注。</translation>
    </message>
    <message>
        <source>The image {0} cannot be read; its {1} labels were left out.</source>
        <translation>无法读取图像 {0}，已略去其 {1} 条标注。</translation>
    </message>
    <message>
        <source>The labels of {0} were made for {1} × {2} pixels, but the image has {3} × {4}; it and its {5} labels were left out.</source>
        <translation>{0} 的标注针对 {1} × {2} 像素，而图像为 {3} × {4}；已略去该图像及其 {5} 条标注。</translation>
    </message>
    <message>
        <source>Object {0} ({1}): its box {2} has a side that is not a finite number; it was left out.</source>
        <translation>目标 {0}（{1}）：边框 {2} 的某一边不是有限数，已略去。</translation>
    </message>
    <message>
        <source>Object {0} ({1}): its box {2} has no area; it was left out.</source>
        <translation>目标 {0}（{1}）：边框 {2} 没有面积，已略去。</translation>
    </message>
    <message>
        <source>Object {0} ({1}): its box {2} lies outside the image; it was left out.</source>
        <translation>目标 {0}（{1}）：边框 {2} 位于图像之外，已略去。</translation>
    </message>
    <message>
        <source>Object {0} ({1}): its box {2} reaches outside the image; it was clipped.</source>
        <translation>目标 {0}（{1}）：边框 {2} 超出图像，已裁剪。</translation>
    </message>
    <message>
        <source>Memory for decoded training images; those that do not fit are read in every epoch.</source>
        <translation>用于缓存已解码训练图像的内存；放不下的图像每轮重新读取。</translation>
    </message>
    <message>
        <source>The data set {0} has no images.</source>
        <translation>数据集 {0} 中没有图像。</translation>
    </message>
    <message>
        <source>The image {0} has {1} × {2} pixels now; it had {3} × {4} when the data set was read.</source>
        <translation>图像 {0} 现为 {1} × {2} 像素；读取数据集时为 {3} × {4}。</translation>
    </message>
    <message>
        <source>Data sets to train on together need the same classes; one has {0}, another {1}.</source>
        <translation>一起训练的数据集必须有相同的类别；其中一个为 {0}，另一个为 {1}。</translation>
    </message>
    <message>
        <source>The image {0} is cut short.</source>
        <translation>图像 {0} 不完整，文件被截断。</translation>
    </message>
    <message>
        <source>The image {0} is damaged: its {1} data cannot be decoded.</source>
        <translation>图像 {0} 已损坏：无法解码其中的 {1} 数据。</translation>
    </message>
    <message>
        <source>The file {0} is empty.</source>
        <translation>文件 {0} 为空。</translation>
    </message>
    <message>
        <source>{0} is not an image: JPEG, PNG, BMP, WebP and TIFF are read.</source>
        <translation>{0} 不是图像：可以读取 JPEG、PNG、BMP、WebP 和 TIFF。</translation>
    </message>
    <message>
        <source>The image {0} is in the format {1}, which is not read; save it as PNG or JPEG.</source>
        <translation>图像 {0} 的格式为 {1}，无法读取；请另存为 PNG 或 JPEG。</translation>
    </message>
    <message>
        <source>The image {0} is an animation, which is not read; save one frame as PNG.</source>
        <translation>图像 {0} 是动画，无法读取；请把其中一帧另存为 PNG。</translation>
    </message>
    <message>
        <source>The image {0} has {1} × {2} pixels; the limit is {3} megapixels.</source>
        <translation>图像 {0} 为 {1} × {2} 像素，上限为 {3} 百万像素。</translation>
    </message>
    <message>
        <source>The image {0} has pixels that are neither 8 nor 16 bits wide.</source>
        <translation>图像 {0} 的像素既不是 8 位也不是 16 位。</translation>
    </message>
    <message>
        <source>The image {0} has {1} channels; 1, 3 and 4 are read.</source>
        <translation>图像 {0} 有 {1} 个通道；可以读取 1、3 和 4 个通道的图像。</translation>
    </message>
    <message>
        <source>Refuse images with more pixels than this.</source>
        <translation>拒绝像素数超过此值的图像。</translation>
    </message>
    <message>
        <source>There is not enough memory to read the image {0}.</source>
        <translation>内存不足，无法读取图像 {0}。</translation>
    </message>
    <message>
        <source>The folder {0} cannot be read: {1}.</source>
        <translation>无法读取文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>The series of pictures: the same seed draws the same ones.</source>
        <translation>图像序列的种子：相同的种子生成相同的图像。</translation>
    </message>
    <message>
        <source>How many pictures are drawn.</source>
        <translation>生成多少张图像。</translation>
    </message>
    <message>
        <source>Width of every picture.</source>
        <translation>每张图像的宽度。</translation>
    </message>
    <message>
        <source>Height of every picture.</source>
        <translation>每张图像的高度。</translation>
    </message>
    <message>
        <source>Quality of the JPEG files.</source>
        <translation>JPEG 文件的质量。</translation>
    </message>
    <message>
        <source>{0} exists already and is not an empty folder.</source>
        <translation>{0} 已存在，且不是空文件夹。</translation>
    </message>
    <message>
        <source>The folder {0} cannot be made: {1}.</source>
        <translation>无法创建文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>Drawing blood smears</source>
        <translation>正在生成血涂片图像</translation>
    </message>
    <message>
        <source>The data set has no split &quot;{0}&quot;: the file {1} is missing.</source>
        <translation>数据集没有子集“{0}”：缺少文件 {1}。</translation>
    </message>
    <message>
        <source>{0} is listed twice; it counts once.</source>
        <translation>{0} 列出了两次，只计一次。</translation>
    </message>
    <message>
        <source>Object {0} has no name; it was left out.</source>
        <translation>目标 {0} 没有名称，已略去。</translation>
    </message>
    <message>
        <source>Object {0} ({1}) has no box; it was left out.</source>
        <translation>目标 {0}（{1}）没有边框，已略去。</translation>
    </message>
    <message>
        <source>Object {0} ({1}): its box lacks xmin, ymin, xmax or ymax, or one of them is no number; it was left out.</source>
        <translation>目标 {0}（{1}）：边框缺少 xmin、ymin、xmax 或 ymax，或其中之一不是数，已略去。</translation>
    </message>
    <message>
        <source>The label file {0} is missing; its image was left out.</source>
        <translation>缺少标注文件 {0}，已略去其图像。</translation>
    </message>
    <message>
        <source>The label file {0} is not valid XML ({1}, byte {2}); its image was left out.</source>
        <translation>标注文件 {0} 不是有效的 XML（{1}，第 {2} 字节），已略去其图像。</translation>
    </message>
    <message>
        <source>The label file {0} is not a Pascal VOC annotation; its image was left out.</source>
        <translation>标注文件 {0} 不是 Pascal VOC 标注，已略去其图像。</translation>
    </message>
    <message>
        <source>{0} and {1} share this label file; they and its {2} labels were left out.</source>
        <translation>{0} 和 {1} 共用此标注文件，已略去这些图像及其 {2} 条标注。</translation>
    </message>
    <message>
        <source>There is no image named {0}; its {1} labels were left out.</source>
        <translation>没有名为 {0} 的图像，已略去其 {1} 条标注。</translation>
    </message>
    <message>
        <source>The image {0} has no label file; it was left out.</source>
        <translation>图像 {0} 没有标注文件，已略去。</translation>
    </message>
    <message>
        <source>{0} pyramid channels cannot be split into {1} groups of equal size.</source>
        <translation>{0} 个金字塔通道无法等分为 {1} 组。</translation>
    </message>
    <message>
        <source>There is no CUDA device on this machine.</source>
        <translation>这台机器上没有 CUDA 设备。</translation>
    </message>
    <message>
        <source>There is no device {0}: this machine has {1} CUDA devices.</source>
        <translation>没有设备 {0}：这台机器有 {1} 个 CUDA 设备。</translation>
    </message>
    <message>
        <source>Width of the made-up images.</source>
        <translation>合成图像的宽度。</translation>
    </message>
    <message>
        <source>Height of the made-up images.</source>
        <translation>合成图像的高度。</translation>
    </message>
    <message>
        <source>How often to measure.</source>
        <translation>测量次数。</translation>
    </message>
    <message>
        <source>How many made-up images there are.</source>
        <translation>合成图像的数量。</translation>
    </message>
    <message>
        <source>There is no model in the folder {0}.</source>
        <translation>文件夹 {0} 中没有模型。</translation>
    </message>
    <message>
        <source>The file {0} holds tensors, but is not a model of FCOScope.</source>
        <translation>文件 {0} 中有张量，但不是 FCOScope 的模型。</translation>
    </message>
    <message>
        <source>The model {0} was written by a newer FCOScope.</source>
        <translation>模型 {0} 由更新版本的 FCOScope 写入。</translation>
    </message>
    <message>
        <source>The model {0} names {1} classes and predicts {2}.</source>
        <translation>模型 {0} 列出了 {1} 个类别，却预测 {2} 个。</translation>
    </message>
    <message>
        <source>The weights of {0} do not fit the network: {1}.</source>
        <translation>{0} 的权重与网络不符：{1}。</translation>
    </message>
    <message>
        <source>A factor on the channels of the backbone.</source>
        <translation>骨干网络通道数的倍数。</translation>
    </message>
    <message>
        <source>Batch norm of the backbone: trained (from scratch) or frozen (with given weights).</source>
        <translation>骨干网络的批归一化：参与训练（从头训练）或冻结（使用给定权重）。</translation>
    </message>
    <message>
        <source>What batch norm adds to the variance.</source>
        <translation>批归一化加在方差上的值。</translation>
    </message>
    <message>
        <source>Channels of the pyramid and the towers.</source>
        <translation>金字塔和塔的通道数。</translation>
    </message>
    <message>
        <source>Convolutions in each tower of the head.</source>
        <translation>检测头每个塔中的卷积层数。</translation>
    </message>
    <message>
        <source>Groups of the towers&apos; group norm.</source>
        <translation>塔中组归一化的组数。</translation>
    </message>
    <message>
        <source>The tower that centerness is predicted from.</source>
        <translation>由哪个塔预测中心度。</translation>
    </message>
    <message>
        <source>A trained factor for each level on the regressed distances.</source>
        <translation>每一层对回归距离乘以一个可训练的系数。</translation>
    </message>
    <message>
        <source>Channels of the class prediction.</source>
        <translation>类别预测的通道数。</translation>
    </message>
    <message>
        <source>The option {0} is {1}; it must be one of {2}.</source>
        <translation>选项 {0} 的值为 {1}，应为以下之一：{2}。</translation>
    </message>
    <message>
        <source>The file {0} is not a whole safetensors file: {1}.</source>
        <translation>文件 {0} 不是完整的 safetensors 文件：{1}。</translation>
    </message>
    <message>
        <source>The file {0} is not a safetensors file.</source>
        <translation>文件 {0} 不是 safetensors 文件。</translation>
    </message>
    <message>
        <source>How often the training goes through all images.</source>
        <translation>训练遍历全部图像的次数。</translation>
    </message>
    <message>
        <source>Images that are looked at together.</source>
        <translation>同时处理的图像数。</translation>
    </message>
    <message>
        <source>Batches whose gradients are added up before one step.</source>
        <translation>累加多少批的梯度后更新一步。</translation>
    </message>
    <message>
        <source>The optimiser.</source>
        <translation>优化器。</translation>
    </message>
    <message>
        <source>The highest learning rate, after the warm-up.</source>
        <translation>预热之后的最高学习率。</translation>
    </message>
    <message>
        <source>Weight decay of convolution weights; norms and biases have none.</source>
        <translation>卷积权重的权重衰减；归一化参数和偏置不衰减。</translation>
    </message>
    <message>
        <source>Momentum of SGD.</source>
        <translation>SGD 的动量。</translation>
    </message>
    <message>
        <source>How the learning rate falls.</source>
        <translation>学习率如何下降。</translation>
    </message>
    <message>
        <source>Fractions of the run at which the rate falls to a tenth (schedule steps).</source>
        <translation>学习率降为十分之一的时刻，以训练进度的比例表示（schedule 为 steps 时）。</translation>
    </message>
    <message>
        <source>Steps in which the learning rate rises from 0.</source>
        <translation>学习率从 0 上升所用的步数。</translation>
    </message>
    <message>
        <source>The arithmetic of the convolutions.</source>
        <translation>卷积使用的运算精度。</translation>
    </message>
    <message>
        <source>Longer gradients are shortened to this; 0 leaves them.</source>
        <translation>更长的梯度缩短到此长度；0 表示不缩短。</translation>
    </message>
    <message>
        <source>Decay of the running average of the weights.</source>
        <translation>权重滑动平均的衰减系数。</translation>
    </message>
    <message>
        <source>Every random choice follows from it.</source>
        <translation>一切随机选择都由它决定。</translation>
    </message>
    <message>
        <source>Threads that prepare images.</source>
        <translation>准备图像的线程数。</translation>
    </message>
    <message>
        <source>Epochs between validations.</source>
        <translation>两次验证之间的轮数。</translation>
    </message>
    <message>
        <source>Steps between checkpoints.</source>
        <translation>两个检查点之间的步数。</translation>
    </message>
    <message>
        <source>auto, cpu or cuda:N.</source>
        <translation>auto、cpu 或 cuda:N。</translation>
    </message>
    <message>
        <source>CPU threads of the network; 0 means all cores.</source>
        <translation>网络使用的 CPU 线程数；0 表示全部核心。</translation>
    </message>
    <message>
        <source>Stop after this step, as if asked to; 0 means never.</source>
        <translation>在此步之后停止，如同收到停止请求；0 表示不停止。</translation>
    </message>
    <message>
        <source>There are no images to train on.</source>
        <translation>没有可用于训练的图像。</translation>
    </message>
    <message>
        <source>The run in {0} was started with other classes; train into another folder.</source>
        <translation>{0} 中的训练是用其他类别开始的；请训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>The checkpoint {0} does not say how many steps were done.</source>
        <translation>检查点 {0} 没有说明已完成多少步。</translation>
    </message>
    <message>
        <source>Training stopped at step {0}: the loss is no longer a finite number. A lower learning rate may help.</source>
        <translation>训练在第 {0} 步停止：损失不再是有限数。降低学习率可能有帮助。</translation>
    </message>
    <message>
        <source>training</source>
        <translation>正在训练</translation>
    </message>
    <message>
        <source>The network predicts {0} classes and the data set has {1}.</source>
        <translation>网络预测 {0} 个类别，而数据集有 {1} 个。</translation>
    </message>
    <message>
        <source>Detections with a lower score are not shown.</source>
        <translation>不显示得分更低的检测结果。</translation>
    </message>
    <message>
        <source>A box that overlaps a better one of its class by more than this IoU is suppressed.</source>
        <translation>与同类中得分更高的边框重叠超过此 IoU 的边框会被抑制。</translation>
    </message>
    <message>
        <source>At most so many detections are kept, the best ones.</source>
        <translation>最多保留这么多个检测结果，取得分最高者。</translation>
    </message>
    <message>
        <source>The best so many candidates of each level go on to non-maximum suppression.</source>
        <translation>每一层得分最高的这么多个候选框进入非极大值抑制。</translation>
    </message>
    <message>
        <source>The image&apos;s shorter side is scaled to this length.</source>
        <translation>把图像的短边缩放到此长度。</translation>
    </message>
    <message>
        <source>The longer side never exceeds this length.</source>
        <translation>长边不超过此长度。</translation>
    </message>
    <message>
        <source>The network&apos;s input is padded to a multiple of this.</source>
        <translation>网络输入填充为此值的倍数。</translation>
    </message>
    <message>
        <source>Deviation of red, green and blue that is divided by.</source>
        <translation>要除以的红、绿、蓝标准差。</translation>
    </message>
    <message>
        <source>Distance between neighbouring locations, level by level.</source>
        <translation>各层相邻位置之间的距离。</translation>
    </message>
    <message>
        <source>Regression ranges: the limits between neighbouring levels.</source>
        <translation>回归范围：相邻层之间的界限。</translation>
    </message>
    <message>
        <source>Where locations lie: in the middle of their cell, or as torchvision places them.</source>
        <translation>位置所在：单元格中心，或按 torchvision 的放法。</translation>
    </message>
    <message>
        <source>Centre sampling: whether only locations near a box&apos;s centre are positive.</source>
        <translation>中心采样：是否只有靠近边框中心的位置为正样本。</translation>
    </message>
    <message>
        <source>Whether a box exactly on a range limit belongs to both levels or to neither.</source>
        <translation>恰好位于范围界限上的边框属于两层，还是都不属于。</translation>
    </message>
    <message>
        <source>Which box wins a location that lies in several.</source>
        <translation>一个位置同时落在多个边框内时归哪个边框。</translation>
    </message>
    <message>
        <source>The unit in which the network regresses distances.</source>
        <translation>网络回归距离所用的单位。</translation>
    </message>
    <message>
        <source>What makes the regressed distances positive.</source>
        <translation>用什么函数使回归距离为正。</translation>
    </message>
    <message>
        <source>The loss of the regressed boxes.</source>
        <translation>边框回归的损失。</translation>
    </message>
    <message>
        <source>Whether positives near the centre count more in the box loss.</source>
        <translation>靠近中心的正样本在边框损失中是否权重更大。</translation>
    </message>
    <message>
        <source>Focal loss: weight of positives.</source>
        <translation>Focal loss：正样本的权重。</translation>
    </message>
    <message>
        <source>Focal loss: how strongly easy locations are discounted.</source>
        <translation>Focal loss：容易样本被削弱的程度。</translation>
    </message>
    <message>
        <source>The score: √(p·o) or p·o.</source>
        <translation>得分：√(p·o) 或 p·o。</translation>
    </message>
    <message>
        <source>There is no profile &quot;{0}&quot;; the known ones are {1}.</source>
        <translation>没有名为“{0}”的配置，已知的有 {1}。</translation>
    </message>
    <message>
        <source>The option {0} must be a rising list with at least one entry.</source>
        <translation>选项 {0} 必须是至少有一项的递增列表。</translation>
    </message>
    <message>
        <source>The option {0} has {1} entries; {2} levels need a rising list of {3}.</source>
        <translation>选项 {0} 有 {1} 项；{2} 层需要 {3} 项的递增列表。</translation>
    </message>
    <message>
        <source>The options mean and deviation must have three entries each.</source>
        <translation>选项 mean 和 deviation 必须各有三项。</translation>
    </message>
    <message>
        <source>The long side ({0} px) is shorter than the short side ({1} px).</source>
        <translation>长边（{0} 像素）比短边（{1} 像素）还短。</translation>
    </message>
    <message>
        <source>Measured detections, after three that warm up.</source>
        <translation>预热三次之后测量的检测次数。</translation>
    </message>
    <message>
        <source>Print one JSON object instead of text.</source>
        <translation>输出一个 JSON 对象而不是文本。</translation>
    </message>
    <message>
        <source>Measure training too: the model&apos;s own structure on drawn smears.</source>
        <translation>同时测量训练：用模型自身的结构在生成的血涂片上训练。</translation>
    </message>
    <message>
        <source>Measured training steps, after two that warm up.</source>
        <translation>预热两步之后测量的训练步数。</translation>
    </message>
    <message>
        <source>Image files; without any a drawn smear of 640 × 480.</source>
        <translation>图像文件；不指定则使用一张 640 × 480 的生成血涂片。</translation>
    </message>
    <message>
        <source>fcos {0} has no option &quot;{1}&quot;; fcos {0} --help lists them.</source>
        <translation>fcos {0} 没有选项“{1}”；fcos {0} --help 会列出全部选项。</translation>
    </message>
    <message>
        <source>fcos {0} has no option &quot;{1}&quot;; did you mean &quot;--{2}&quot;?</source>
        <translation>fcos {0} 没有选项“{1}”，是否指“--{2}”？</translation>
    </message>
    <message>
        <source>fcos {0}: {1}; fcos {0} --help explains.</source>
        <translation>fcos {0}：{1}；详见 fcos {0} --help。</translation>
    </message>
    <message>
        <source>fcos {0}: &quot;{1}&quot; is one argument too many.</source>
        <translation>fcos {0}：“{1}”是多余的参数。</translation>
    </message>
    <message>
        <source>The results cannot be written: {0}.</source>
        <translation>无法写入结果：{0}。</translation>
    </message>
    <message>
        <source>A folder that does not exist yet or is empty.</source>
        <translation>尚不存在或为空的文件夹。</translation>
    </message>
    <message>
        <source>The folder {0} holds no images.</source>
        <translation>文件夹 {0} 中没有图像。</translation>
    </message>
    <message>
        <source>Drawing into {0} would overwrite the image {1}; name another folder.</source>
        <translation>绘制到 {0} 会覆盖图像 {1}；请指定另一个文件夹。</translation>
    </message>
    <message>
        <source>Print one JSON array instead of text.</source>
        <translation>输出一个 JSON 数组而不是文本。</translation>
    </message>
    <message>
        <source>Write each image with its detections as a PNG into this folder.</source>
        <translation>把每张图像连同检测结果以 PNG 写入此文件夹。</translation>
    </message>
    <message>
        <source>Image files, or folders of images.</source>
        <translation>图像文件，或图像文件夹。</translation>
    </message>
    <message>
        <source>List every entry of the data set that could not be used as it stands.</source>
        <translation>列出数据集中无法直接使用的每个条目。</translation>
    </message>
    <message>
        <source>A COCO file, a VOC folder; PATH:SPLIT names a split. Several count as one.</source>
        <translation>COCO 文件或 VOC 文件夹；PATH:SPLIT 指明子集。多个合并为一个。</translation>
    </message>
    <message>
        <source>The data set {0} has no images that can be used.</source>
        <translation>数据集 {0} 中没有可用的图像。</translation>
    </message>
    <message>
        <source>The data set {0} has no labels.</source>
        <translation>数据集 {0} 没有标注。</translation>
    </message>
    <message>
        <source>fcos has no verb &quot;{0}&quot;; fcos --help lists them.</source>
        <translation>fcos 没有子命令“{0}”；fcos --help 会列出全部子命令。</translation>
    </message>
    <message>
        <source>fcos has no verb &quot;{0}&quot;; did you mean &quot;{1}&quot;?</source>
        <translation>fcos 没有子命令“{0}”，是否指“{1}”？</translation>
    </message>
    <message>
        <source>Store the weights as float16: half the size.</source>
        <translation>以 float16 存储权重，大小减半。</translation>
    </message>
    <message>
        <source>A name for people, kept in the file.</source>
        <translation>供人阅读的名称，保存在文件中。</translation>
    </message>
    <message>
        <source>The terms under which the model is given away, kept in the file.</source>
        <translation>模型发布所依据的条款，保存在文件中。</translation>
    </message>
    <message>
        <source>No model ships with this copy of FCOScope; name one with --weights.</source>
        <translation>这份 FCOScope 没有自带模型；请用 --weights 指定。</translation>
    </message>
    <message>
        <source>Another trainer (process {0}) is working in the run folder {1}.</source>
        <translation>另一个训练进程（进程 {0}）正在训练文件夹 {1} 中工作。</translation>
    </message>
    <message>
        <source>taking stock of the images</source>
        <translation>正在清点图像</translation>
    </message>
    <message>
        <source>The file {0}, line {1}: {2}</source>
        <translation>文件 {0} 第 {1} 行：{2}</translation>
    </message>
    <message>
        <source>only texts, numbers, true, false and lists of them are options.</source>
        <translation>选项只能是文本、数、true、false 及其列表。</translation>
    </message>
    <message>
        <source>{0}: there is no table [{1}].</source>
        <translation>{0}：没有表 [{1}]。</translation>
    </message>
    <message>
        <source>{0}: there is no table [{1}]; did you mean [{2}]?</source>
        <translation>{0}：没有表 [{1}]，是否指 [{2}]？</translation>
    </message>
    <message>
        <source>{0}.</source>
        <translation>{0}。</translation>
    </message>
    <message>
        <source>Folder of the run; if it holds a run, that goes on. Without it runs/1, runs/2, …</source>
        <translation>训练文件夹；若其中已有训练则继续。不指定则为 runs/1、runs/2……</translation>
    </message>
    <message>
        <source>A TOML file with options, such as another run&apos;s run.toml.</source>
        <translation>含有选项的 TOML 文件，例如另一次训练的 run.toml。</translation>
    </message>
    <message>
        <source>List every entry of the data that could not be used as it stands.</source>
        <translation>列出数据中无法直接使用的每个条目。</translation>
    </message>
    <message>
        <source>Labelled images to measure on while training, PATH or PATH:SPLIT.</source>
        <translation>训练期间用于评测的带标注图像，PATH 或 PATH:SPLIT。</translation>
    </message>
    <message>
        <source>A model whose weights the training begins with.</source>
        <translation>训练从此模型的权重开始。</translation>
    </message>
    <message>
        <source>The kind of FCOS; sets the defaults of the options below.</source>
        <translation>FCOS 的种类；决定下列选项的默认值。</translation>
    </message>
    <message>
        <source>COCO files or VOC folders, PATH or PATH:SPLIT; several are joined.</source>
        <translation>COCO 文件或 VOC 文件夹，PATH 或 PATH:SPLIT；多个会合并。</translation>
    </message>
    <message>
        <source>fcos train needs a data set: fcos train DATASET, or --run with the folder of a run to go on with.</source>
        <translation>fcos train 需要数据集：fcos train 数据集，或用 --run 指定要继续的训练文件夹。</translation>
    </message>
    <message>
        <source>There is not enough memory for this. Close other programs or take a smaller image.</source>
        <translation>内存不足。请关闭其他程序，或换用较小的图像。</translation>
    </message>
    <message>
        <source>Something went wrong inside FCOScope, please report it: {0}</source>
        <translation>FCOScope 内部出错，请报告此问题：{0}</translation>
    </message>
    <message>
        <source>{0} more of the files and folders given could not be opened.</source>
        <translation>另有 {0} 个文件或文件夹无法打开。</translation>
    </message>
    <message>
        <source>The class names of the model {0} cannot be read: {1}.</source>
        <translation>无法读取模型 {0} 的类别名称：{1}。</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}：{1}</translation>
    </message>
    <message>
        <source>The run in {0} was started with {1} {2}, not {3}; train into another folder.</source>
        <translation>{0} 中的训练开始时 {1} 为 {2}，而不是 {3}；请训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>The run goes on with {0} {1} instead of {2}.</source>
        <translation>训练将继续，{0} 由 {2} 改为 {1}。</translation>
    </message>
    <message>
        <source>There is not enough memory to look for objects in the image {0}.</source>
        <translation>内存不足，无法在图像 {0} 中检测目标。</translation>
    </message>
    <message>
        <source>The score threshold that the model asks for; empty: the one it has.</source>
        <translation>写入模型的得分阈值；留空则保持原值。</translation>
    </message>
    <message>
        <source>The file names {0} classes but predicts {1}; its names are not used.</source>
        <translation>文件列出 {0} 个类别名，却预测 {1} 个；不使用其名称。</translation>
    </message>
    <message>
        <source>It predicts {0} classes and names none; they are taken for COCO&apos;s.</source>
        <translation>它预测 {0} 个类别而没有给出名称；按 COCO 的类别处理。</translation>
    </message>
    <message>
        <source>It does not name its {0} classes.</source>
        <translation>它没有给出其 {0} 个类别的名称。</translation>
    </message>
    <message>
        <source>The weights in {0} look like {1}&apos;s, but do not make one of its detectors: {2}.</source>
        <translation>{0} 中的权重看似来自 {1}，但不构成其任何检测器：{2}。</translation>
    </message>
    <message>
        <source>The file {0} is a TorchScript program, not weights, and running a foreign program is not safe: save the model&apos;s weights in Python with torch.save(torch.jit.load(file).state_dict(), other_file).</source>
        <translation>文件 {0} 是 TorchScript 程序而不是权重，运行他人的程序并不安全：请在 Python 中用 torch.save(torch.jit.load(file).state_dict(), other_file) 保存模型的权重。</translation>
    </message>
    <message>
        <source>The file {0} is a NumPy archive (.npz); save its arrays as a .pkl or .safetensors file in Python.</source>
        <translation>文件 {0} 是 NumPy 归档 (.npz)；请在 Python 中将其数组保存为 .pkl 或 .safetensors 文件。</translation>
    </message>
    <message>
        <source>The file {0} is empty, so its download failed; get it again.</source>
        <translation>文件 {0} 是空的，说明下载失败；请重新获取。</translation>
    </message>
    <message>
        <source>The file {0} is a tar archive (so were weights before PyTorch 0.1.10): unpack it, or load it with an old PyTorch and save it again.</source>
        <translation>文件 {0} 是 tar 归档（PyTorch 0.1.10 之前的权重也是如此）：请将其解包，或用旧版 PyTorch 加载后重新保存。</translation>
    </message>
    <message>
        <source>The file {0} is a web page, not weights: the address led to a page about the file; download the file itself.</source>
        <translation>文件 {0} 是网页而不是权重：该地址指向的是介绍页面；请下载文件本身。</translation>
    </message>
    <message>
        <source>The file {0} is only a pointer of Git LFS: run &quot;git lfs pull&quot; where it came from.</source>
        <translation>文件 {0} 只是 Git LFS 指针：请在其来源处运行“git lfs pull”。</translation>
    </message>
    <message>
        <source>The file {0} is {1}, not weights; a .pth, .pt, .pkl or .safetensors file is wanted.</source>
        <translation>文件 {0} 是 {1} 而不是权重；需要 .pth、.pt、.pkl 或 .safetensors 文件。</translation>
    </message>
    <message>
        <source>The file {0} is not a file of weights: it begins with none of the marks of PyTorch&apos;s, pickle or safetensors files; choose a .pth, .pt, .pkl or .safetensors file.</source>
        <translation>文件 {0} 不是权重文件：其开头没有 PyTorch、pickle 或 safetensors 文件的标记；请选择 .pth、.pt、.pkl 或 .safetensors 文件。</translation>
    </message>
    <message>
        <source>The original and the improved form (tz-orig, tz-imprv) have the same tensors; the file&apos;s name has &quot;imprv&quot;, so it is read as tz-imprv.</source>
        <translation>原始形式与改进形式（tz-orig、tz-imprv）的张量相同；文件名含有“imprv”，因此按 tz-imprv 读取。</translation>
    </message>
    <message>
        <source>The original and the improved form (tz-orig, tz-imprv) have the same tensors; the file&apos;s name has no &quot;imprv&quot;, so it is read as tz-orig.</source>
        <translation>原始形式与改进形式（tz-orig、tz-imprv）的张量相同；文件名不含“imprv”，因此按 tz-orig 读取。</translation>
    </message>
    <message>
        <source>Its backbone is a ResNeXt-101 32x8d, so pixels are divided by that one&apos;s deviations.</source>
        <translation>其骨干网络是 ResNeXt-101 32x8d，因此像素除以该网络的标准差。</translation>
    </message>
    <message>
        <source>The file&apos;s name has &quot;iou&quot;, so its third branch is taken to predict IoU, not centerness.</source>
        <translation>文件名含有“iou”，因此认为其第三个分支预测 IoU 而不是中心度。</translation>
    </message>
    <message>
        <source>Its backbone is taken for one in PyTorch&apos;s style (RGB, stride in the 3×3), because its batch norms have statistics of their own or it is a ResNeXt.</source>
        <translation>其骨干网络被当作 PyTorch 风格（RGB，步幅在 3×3 中），因为其批归一化有自己的统计量，或者它是 ResNeXt。</translation>
    </message>
    <message>
        <source>Its backbone is taken for one in Caffe&apos;s style (BGR, stride in the 1×1), because the statistics of its batch norms are near 0 and 1 or its file is named so.</source>
        <translation>其骨干网络被当作 Caffe 风格（BGR，步幅在 1×1 中），因为其批归一化的统计量接近 0 和 1，或者文件名如此说明。</translation>
    </message>
    <message>
        <source>The file&apos;s name says that it is mmdetection&apos;s improved form (mm-tricks).</source>
        <translation>文件名说明它是 mmdetection 的改进形式（mm-tricks）。</translation>
    </message>
    <message>
        <source>Its towers have biases, as mmdetection&apos;s improved form (mm-tricks) has.</source>
        <translation>其塔有偏置，与 mmdetection 的改进形式（mm-tricks）一样。</translation>
    </message>
    <message>
        <source>Its towers have no biases, as mmdetection&apos;s plain form (mm-base) has.</source>
        <translation>其塔没有偏置，与 mmdetection 的普通形式（mm-base）一样。</translation>
    </message>
    <message>
        <source>Its backbone is taken for one in Caffe&apos;s style (BGR, stride in the 1×1), because the statistics of its batch norms are 0 and 1.</source>
        <translation>其骨干网络被当作 Caffe 风格（BGR，步幅在 1×1 中），因为其批归一化的统计量是 0 和 1。</translation>
    </message>
    <message>
        <source>The file {0} is damaged: the truth values of {1} are not all 0 or 1; get it again from where it came from.</source>
        <translation>文件 {0} 已损坏：{1} 的布尔值并非全为 0 或 1；请从原处重新获取。</translation>
    </message>
    <message>
        <source>There is too little memory for the weights in {0}: they need {1} MB, and {2} MB are free; close other programs.</source>
        <translation>内存不足以容纳 {0} 中的权重：需要 {1} MB，可用 {2} MB；请关闭其他程序。</translation>
    </message>
    <message>
        <source>The file {0} holds a detector of {1} with the backbone {2}, which FCOScope does not have yet.</source>
        <translation>文件 {0} 含有 {1} 的检测器，其骨干网络 {2} FCOScope 尚不支持。</translation>
    </message>
    <message>
        <source>The file {0} holds a network of {1} with deformable convolutions (DCNv2), which FCOScope does not have yet.</source>
        <translation>文件 {0} 含有 {1} 的带可变形卷积（DCNv2）的网络，FCOScope 尚不支持。</translation>
    </message>
    <message>
        <source>The file {0} holds tensors, but of no detector or backbone that FCOScope knows; its first is called &quot;{1}&quot;.</source>
        <translation>文件 {0} 含有张量，但不属于 FCOScope 认识的任何检测器或骨干网络；第一个张量名为“{1}”。</translation>
    </message>
    <message>
        <source>The file {0} is damaged: {1}; get it again from where it came from.</source>
        <translation>文件 {0} 已损坏：{1}；请从原处重新获取。</translation>
    </message>
    <message>
        <source>The file {0} is refused, for no program that saves weights writes this: {1}; use a copy from a source that you trust.</source>
        <translation>已拒绝文件 {0}，因为任何保存权重的程序都不会这样写：{1}；请使用来自可信来源的副本。</translation>
    </message>
    <message>
        <source>The weights in {0} cannot be read: {1}; save them again in Python with torch.save(model.state_dict(), file).</source>
        <translation>无法读取 {0} 中的权重：{1}；请在 Python 中用 torch.save(model.state_dict(), file) 重新保存。</translation>
    </message>
    <message>
        <source>The backbone in {0} has {1}, {2}, {3} and {4} blocks; FCOScope knows ResNet-18, 34, 50, 101 and 152.</source>
        <translation>{0} 中的骨干网络各阶段有 {1}、{2}、{3} 和 {4} 个块；FCOScope 认识 ResNet-18、34、50、101 和 152。</translation>
    </message>
    <message>
        <source>The weights are too large for {0}: such a file holds at most 4 GB; write safetensors instead.</source>
        <translation>权重对于 {0} 来说太大：此类文件最多容纳 4 GB；请改用 safetensors。</translation>
    </message>
    <message>
        <source>The strides of this network must be some of 8, 16, 32, 64 and 128.</source>
        <translation>此网络的步长必须取自 8、16、32、64 和 128。</translation>
    </message>
    <message>
        <source>Models cannot be written for &quot;{0}&quot;; they can for {1}.</source>
        <translation>不能为“{0}”写出模型；可以为 {1} 写出。</translation>
    </message>
    <message>
        <source>{0} has no detector that computes what the model {1} does: {2}.</source>
        <translation>{0} 没有与模型 {1} 计算相同的检测器：{2}。</translation>
    </message>
    <message>
        <source>The file {0} must end in .safetensors (FCOScope&apos;s own format) or .pth (another codebase&apos;s).</source>
        <translation>文件 {0} 必须以 .safetensors（FCOScope 自己的格式）或 .pth（其他代码库的格式）结尾。</translation>
    </message>
    <message>
        <source>The option {0} is for files that end in .pth.</source>
        <translation>选项 {0} 只用于以 .pth 结尾的文件。</translation>
    </message>
    <message>
        <source>The file {0} holds a backbone without a detector; a training can start from it.</source>
        <translation>文件 {0} 只含骨干网络，没有检测器；可以从它开始训练。</translation>
    </message>
    <message>
        <source>The model {0} says itself what it is; the option {1} is for files of other programs.</source>
        <translation>模型 {0} 已自行说明它是什么；选项 {1} 只用于其他程序的文件。</translation>
    </message>
    <message>
        <source>The file {0} is cut short.</source>
        <translation>文件 {0} 不完整。</translation>
    </message>
    <message>
        <source>ResNet-18, 34, 50, 101 or 152.</source>
        <translation>ResNet-18、34、50、101 或 152。</translation>
    </message>
    <message>
        <source>Groups of the backbone&apos;s 3×3 convolutions: 32 or 64 make a ResNeXt.</source>
        <translation>骨干网络 3×3 卷积的分组数：32 或 64 即为 ResNeXt。</translation>
    </message>
    <message>
        <source>Channels of each group in the first stage of the backbone.</source>
        <translation>骨干网络第一阶段中每组的通道数。</translation>
    </message>
    <message>
        <source>Which convolution of a bottleneck has the stride.</source>
        <translation>瓶颈块中由哪个卷积承担步长。</translation>
    </message>
    <message>
        <source>How the pyramid enlarges a level before it is added to the next finer one.</source>
        <translation>金字塔把一层加到更细一层之前如何放大它。</translation>
    </message>
    <message>
        <source>The map that P6 is computed from.</source>
        <translation>用来计算 P6 的特征图。</translation>
    </message>
    <message>
        <source>Convolutions of a tower that both branches of the head share.</source>
        <translation>检测头两个分支共用的塔的卷积层数。</translation>
    </message>
    <message>
        <source>The norm after each convolution of the towers.</source>
        <translation>塔中每个卷积之后的归一化。</translation>
    </message>
    <message>
        <source>Whether the towers&apos; convolutions have a bias.</source>
        <translation>塔的卷积是否带偏置。</translation>
    </message>
    <message>
        <source>ResNet-{0} has no bottlenecks; the options {1} and {2} must be 1 and 64.</source>
        <translation>ResNet-{0} 没有瓶颈块；选项 {1} 和 {2} 必须为 1 和 64。</translation>
    </message>
    <message>
        <source>The backbone in {0} is not the one that is to be trained: {1}.</source>
        <translation>{0} 中的骨干网络不是要训练的那一个：{1}。</translation>
    </message>
    <message>
        <source>{0} tensors begin with the values of {1}, {2} afresh.</source>
        <translation>{0} 个张量以 {1} 的数值开始，{2} 个重新初始化。</translation>
    </message>
    <message>
        <source>Classes it knows already: {0} of {1} ({2}).</source>
        <translation>它已经认识的类别：{1} 个中的 {0} 个（{2}）。</translation>
    </message>
    <message>
        <source>These begin afresh: {0}.</source>
        <translation>以下重新初始化：{0}。</translation>
    </message>
    <message>
        <source>These of the file have no use here: {0}.</source>
        <translation>文件中的以下内容在这里用不上：{0}。</translation>
    </message>
    <message>
        <source>The backbone was made with the stride in its {0} convolution; with the option {1} as it is, it has much to learn anew.</source>
        <translation>该骨干网络的步幅在其 {0} 卷积中；按选项 {1} 现在的设置，它有许多要重新学习。</translation>
    </message>
    <message>
        <source>The weights were made for pixels of another order or normalisation; the options {0}, {1}, {2} and {3} of their profile {4} would fit them.</source>
        <translation>这些权重所用的像素顺序或归一化与此不同；其配置 {4} 的选项 {0}、{1}、{2} 和 {3} 才适合它们。</translation>
    </message>
    <message>
        <source>A backbone with frozen norms cannot learn from random weights; give weights to start from, or set {0} to {1}.</source>
        <translation>归一化被冻结的骨干网络无法从随机权重开始学习；请给出初始权重，或将 {0} 设为 {1}。</translation>
    </message>
    <message>
        <source>How the sides of the resized image become whole numbers.</source>
        <translation>缩放后图像的边长如何取整。</translation>
    </message>
    <message>
        <source>The order of the colours in the network&apos;s input.</source>
        <translation>网络输入中颜色通道的顺序。</translation>
    </message>
    <message>
        <source>Whether pixels run from 0 to 1 or from 0 to 255 before the mean is subtracted.</source>
        <translation>减去均值之前，像素取值为 0 到 1 还是 0 到 255。</translation>
    </message>
    <message>
        <source>Mean of red, green and blue that is subtracted.</source>
        <translation>要减去的红、绿、蓝均值。</translation>
    </message>
    <message>
        <source>How the image is resized: plain bilinear, with a filter that widens when shrinking, or to the pixel as Pillow or OpenCV do it.</source>
        <translation>图像如何缩放：普通双线性、缩小时加宽的滤波器，或与 Pillow、OpenCV 逐像素一致。</translation>
    </message>
    <message>
        <source>Whether a box ends where its last pixel ends, or at that pixel&apos;s index.</source>
        <translation>边界框止于最后一个像素的末端，还是止于该像素的序号。</translation>
    </message>
    <message>
        <source>Half side or radius of the centre region.</source>
        <translation>中心区域的半边长或半径。</translation>
    </message>
    <message>
        <source>What the third branch learns: centerness, or the IoU of the predicted box.</source>
        <translation>第三个分支学习什么：中心度，或预测框的 IoU。</translation>
    </message>
    <message>
        <source>The unit in which the box loss measures areas; it matters to its guard alone.</source>
        <translation>边界框损失度量面积的单位；只影响其保护项。</translation>
    </message>
    <message>
        <source>How the box loss keeps its quotients finite.</source>
        <translation>边界框损失如何使其商保持有限。</translation>
    </message>
    <message>
        <source>What the box loss is divided by: the number of positives or their weights.</source>
        <translation>边界框损失除以什么：正样本数，或它们的权重之和。</translation>
    </message>
    <message>
        <source>What the class loss is divided by: the number of positives, or its average.</source>
        <translation>分类损失除以什么：正样本数，或其滑动平均。</translation>
    </message>
    <message>
        <source>Probabilities are kept this far from 0 and 1 in the losses.</source>
        <translation>损失中概率与 0 和 1 至少保持此距离。</translation>
    </message>
    <message>
        <source>Whether a batch without any positive location has a loss.</source>
        <translation>没有任何正样本位置的批次是否产生损失。</translation>
    </message>
    <message>
        <source>Candidates need a class probability above this, before centerness counts.</source>
        <translation>候选的类别概率须高于此值，之后才计入中心度。</translation>
    </message>
    <message>
        <source>Each location speaks for its most probable class alone.</source>
        <translation>每个位置只代表其最可能的类别。</translation>
    </message>
    <message>
        <source>What the best candidates are chosen by.</source>
        <translation>按什么选出最佳候选。</translation>
    </message>
    <message>
        <source>Whether the best candidates are chosen on each level or in the whole image.</source>
        <translation>最佳候选是在每一层中还是在整幅图像中选出。</translation>
    </message>
    <message>
        <source>Boxes are cut to whole pixels of the network&apos;s input.</source>
        <translation>边界框截断为网络输入的整数像素。</translation>
    </message>
    <message>
        <source>Whether boxes are cut to the image before or after non-maximum suppression.</source>
        <translation>在非极大值抑制之前还是之后把边界框裁剪到图像内。</translation>
    </message>
    <message>
        <source>Whether overlaps are measured in the network&apos;s input or in the image.</source>
        <translation>重叠是在网络输入中还是在图像中度量。</translation>
    </message>
    <message>
        <source>Whether a box suppresses those of its own class or of any.</source>
        <translation>边界框只抑制同类的框，还是抑制任意类别的框。</translation>
    </message>
    <message>
        <source>Whether an overlap of just the threshold suppresses.</source>
        <translation>重叠恰好等于阈值时是否抑制。</translation>
    </message>
    <message>
        <source>Up to so many candidates, classes are told apart by shifting boxes, which rounds them.</source>
        <translation>候选数不超过此值时，通过平移边界框来区分类别，这会带来舍入。</translation>
    </message>
    <message>
        <source>Boxes without area inside the image are dropped.</source>
        <translation>丢弃在图像内没有面积的边界框。</translation>
    </message>
    <message>
        <source>Detections as good as the last one that is kept are kept, too.</source>
        <translation>与保留的最后一个检测同样好的检测也予保留。</translation>
    </message>
    <message>
        <source>No published weights are called &quot;{0}&quot;; fcos model get lists them.</source>
        <translation>没有名为“{0}”的已发布权重；fcos model get 会列出它们。</translation>
    </message>
    <message>
        <source>No published weights are called &quot;{0}&quot;; did you mean &quot;{1}&quot;?</source>
        <translation>没有名为“{0}”的已发布权重；您是指“{1}”吗？</translation>
    </message>
    <message>
        <source>{0} answers with a web page instead of the file: perhaps the network wants you to sign in first.</source>
        <translation>{0} 返回的是网页而不是文件：也许该网络要求您先登录。</translation>
    </message>
    <message>
        <source>{0} has a file of {1} bytes where {2} were published, so nothing was fetched.</source>
        <translation>{0} 上的文件有 {1} 字节，而发布的是 {2} 字节，因此未下载。</translation>
    </message>
    <message>
        <source>{0} wants to send {1}, more than any weights have, so nothing was fetched.</source>
        <translation>{0} 要发送 {1}，超过任何权重的大小，因此未下载。</translation>
    </message>
    <message>
        <source>The download needs {0} more in {1}, and only {2} are free.</source>
        <translation>下载还需要 {0} 的空间（位于 {1}），而可用空间只有 {2}。</translation>
    </message>
    <message>
        <source>{0} sends more than the {1} bytes of the file, so it was not kept.</source>
        <translation>{0} 发送的内容超过该文件的 {1} 字节，因此未保留。</translation>
    </message>
    <message>
        <source>{0}: connecting to {1}</source>
        <translation>{0}：正在连接 {1}</translation>
    </message>
    <message>
        <source>{0}: {1} of {2}</source>
        <translation>{0}：{1} / {2}</translation>
    </message>
    <message>
        <source>{0} sends an empty file.</source>
        <translation>{0} 发送的是空文件。</translation>
    </message>
    <message>
        <source>{0} sends the download in a circle, so nothing was fetched.</source>
        <translation>{0} 的重定向形成了循环，因此未下载。</translation>
    </message>
    <message>
        <source>{0} sent {1} bytes where {2} were published; the file was not kept.</source>
        <translation>{0} 发送了 {1} 字节，而发布的是 {2} 字节；文件未保留。</translation>
    </message>
    <message>
        <source>What {0} sent is not the file that was published (its SHA-256 begins with {1}, not {2}); it was not kept.</source>
        <translation>{0} 发送的不是所发布的文件（其 SHA-256 以 {1} 开头，而不是 {2}）；未保留。</translation>
    </message>
    <message>
        <source>The connection to {0} broke after {1} of {2}; the next attempt goes on from there.</source>
        <translation>与 {0} 的连接在收到 {1}（共 {2}）后中断；下次将从该处继续。</translation>
    </message>
    <message>
        <source>The connection to {0} broke after {1}; the next attempt goes on from there.</source>
        <translation>与 {0} 的连接在收到 {1} 后中断；下次将从该处继续。</translation>
    </message>
    <message>
        <source>The connection to {0} broke: {1}.</source>
        <translation>与 {0} 的连接中断：{1}。</translation>
    </message>
    <message>
        <source>{0} sends the download on to {1}, which is not an https address, so nothing was fetched.</source>
        <translation>{0} 将下载转到 {1}，该地址不是 https 地址，因此未下载。</translation>
    </message>
    <message>
        <source>The address {0} is not an https address, so nothing was fetched.</source>
        <translation>地址 {0} 不是 https 地址，因此未下载。</translation>
    </message>
    <message>
        <source>The file is no longer at {0} (HTTP {1}).</source>
        <translation>文件已不在 {0}（HTTP {1}）。</translation>
    </message>
    <message>
        <source>{0} does not give the file away any more (HTTP {1}): {2}</source>
        <translation>{0} 不再提供该文件（HTTP {1}）：{2}</translation>
    </message>
    <message>
        <source>The proxy asks for a name and a password; give them in https_proxy (http://name:password@host:port).</source>
        <translation>代理要求用户名和密码；请写入 https_proxy（http://name:password@host:port）。</translation>
    </message>
    <message>
        <source>{0} is too busy at the moment (HTTP {1}); try again later.</source>
        <translation>{0} 目前繁忙（HTTP {1}）；请稍后再试。</translation>
    </message>
    <message>
        <source>{0} answers with an error (HTTP {1}): {2}</source>
        <translation>{0} 返回错误（HTTP {1}）：{2}</translation>
    </message>
    <message>
        <source>The proxy refuses a connection to {0} (HTTP {1}).</source>
        <translation>代理拒绝连接 {0}（HTTP {1}）。</translation>
    </message>
    <message>
        <source>{0} cannot be found: there is no connection to the network, or a proxy is needed (https_proxy).</source>
        <translation>找不到 {0}：没有网络连接，或需要代理（https_proxy）。</translation>
    </message>
    <message>
        <source>The proxy that the environment names (https_proxy) cannot be found.</source>
        <translation>找不到环境变量（https_proxy）指定的代理。</translation>
    </message>
    <message>
        <source>No connection to {0} can be made: {1}.</source>
        <translation>无法连接 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} does not answer within {1} seconds.</source>
        <translation>{0} 在 {1} 秒内没有应答。</translation>
    </message>
    <message>
        <source>{0} has sent nothing for {1} seconds; what has arrived is kept.</source>
        <translation>{0} 已有 {1} 秒没有发送数据；已收到的部分会保留。</translation>
    </message>
    <message>
        <source>The connection to {0} is not trusted, so nothing was fetched: {1}.</source>
        <translation>与 {0} 的连接不受信任，因此未下载：{1}。</translation>
    </message>
    <message>
        <source>Another FCOScope is getting {0} at this moment.</source>
        <translation>另一个 FCOScope 正在获取 {0}。</translation>
    </message>
    <message>
        <source>Checking {0}</source>
        <translation>正在校验 {0}</translation>
    </message>
    <message>
        <source>There is no home folder to keep weights in; name one in XDG_DATA_HOME.</source>
        <translation>没有可存放权重的主文件夹；请在 XDG_DATA_HOME 中指定。</translation>
    </message>
    <message>
        <source>{0} is given away under terms that have to be accepted first.</source>
        <translation>{0} 的条款须先接受。</translation>
    </message>
    <message>
        <source>The weights {0} are not here yet; fcos model get {0} fetches them.</source>
        <translation>权重 {0} 尚未下载；可用 fcos model get {0} 获取。</translation>
    </message>
    <message>
        <source>Free to use, change and pass on with the copyright notice, for any purpose. What the weights were trained on, COCO and ImageNet, has terms of its own.</source>
        <translation>保留版权声明即可为任何目的自由使用、修改和传播。训练所用的 COCO 和 ImageNet 另有各自的条款。</translation>
    </message>
    <message>
        <source>Free to use, change and pass on with the licence and the notices, for any purpose. What the weights were trained on, COCO and ImageNet, has terms of its own.</source>
        <translation>保留许可证和声明即可为任何目的自由使用、修改和传播。训练所用的 COCO 和 ImageNet 另有各自的条款。</translation>
    </message>
    <message>
        <source>Given away by the authors of FCOS for academic, non-commercial use. Ask them before any commercial use.</source>
        <translation>由 FCOS 作者提供，仅供学术和非商业用途。任何商业用途请先征询作者。</translation>
    </message>
    <message>
        <source>Whose program a .pth file is for: {0}; empty: the one the model came from, else torchvision.</source>
        <translation>为谁的程序写 .pth 文件：{0}；留空：模型原来所属的代码库，否则为 torchvision。</translation>
    </message>
    <message>
        <source>A model file, of whatever codebase, or a checkpoint folder; and the file to write, .safetensors (FCOScope&apos;s own format) or .pth (another program&apos;s).</source>
        <translation>任一代码库的模型文件或检查点文件夹；以及要写出的文件：.safetensors（FCOScope 自己的格式）或 .pth（其他程序的格式）。</translation>
    </message>
    <message>
        <source>A model file, of whatever codebase, or a checkpoint folder.</source>
        <translation>任一代码库的模型文件，或检查点文件夹。</translation>
    </message>
    <message>
        <source>fcos model has no verb &quot;{0}&quot;; it has info, export and get.</source>
        <translation>fcos model 没有动词“{0}”；它有 info、export 和 get。</translation>
    </message>
    <message>
        <source>Accept the terms of the weights, where they have to be accepted; they are shown.</source>
        <translation>在须接受条款时接受权重的条款；条款会显示出来。</translation>
    </message>
    <message>
        <source>Fetch from this https folder that holds the files under their names, a mirror for one.</source>
        <translation>从这个 https 文件夹获取，其中的文件保持原名，例如镜像。</translation>
    </message>
    <message>
        <source>Give up when nothing has come for so long; what has arrived is kept.</source>
        <translation>超过这段时间没有收到数据就放弃；已收到的部分会保留。</translation>
    </message>
    <message>
        <source>{0} is given away for non-commercial use only; if you accept the terms above, say so with --accept-terms.</source>
        <translation>{0} 仅供非商业用途；如接受以上条款，请加 --accept-terms。</translation>
    </message>
    <message>
        <source>The terms were not accepted, so nothing was fetched.</source>
        <translation>条款未被接受，因此未下载。</translation>
    </message>
    <message>
        <source>Whose weights; without it all are listed.</source>
        <translation>要获取的权重；不写则列出全部。</translation>
    </message>
    <message>
        <source>A model file, a checkpoint folder, or the name of published weights that are here (fcos model get); without it the model that ships with FCOScope.</source>
        <translation>模型文件、检查点文件夹，或已下载的已发布权重的名称（fcos model get）；不写则用 FCOScope 自带的模型。</translation>
    </message>
    <message>
        <source>Which detector of its codebase the file of another program holds, where the file does not tell: {0}; empty: what it tells, or the likeliest.</source>
        <translation>其他程序的文件若没有说明，它属于其代码库的哪一种检测器：{0}；留空：按文件所述，否则取最可能的一种。</translation>
    </message>
    <message>
        <source>One model at a time: {0} is opened, {1} is not.</source>
        <translation>一次只能使用一个模型：已打开 {0}，未打开 {1}。</translation>
    </message>
    <message>
        <source>The weights {0} are of {1}, which the profile {2} does not compute; those that do: {3}.</source>
        <translation>权重 {0} 属于 {1}，配置 {2} 不能计算它；可用的配置：{3}。</translation>
    </message>
    <message>
        <source>Whether every image is opened to check the size that the label file says, or the label file is trusted and the images need not be there (one that its EXIF orientation turns must then be labelled as it is shown).</source>
        <translation>是打开每张图像核对标注文件所写的尺寸，还是信任标注文件而不需要图像在场（此时被 EXIF 方向旋转的图像必须按显示的样子标注）。</translation>
    </message>
    <message>
        <source>assigning image {0} of {1}</source>
        <translation>正在分配第 {0} 张图像，共 {1} 张</translation>
    </message>
    <message>
        <source>An input {0} times as large would do (short side {1} px, long side {2} px).</source>
        <translation>把输入放大到 {0} 倍即可（短边 {1} px，长边 {2} px）。</translation>
    </message>
    <message>
        <source>Boxes that end where their last pixel ends, in an input {0} times as large (short side {1} px, long side {2} px), would do.</source>
        <translation>让框止于最后一个像素的边缘，并把输入放大到 {0} 倍（短边 {1} px，长边 {2} px）即可。</translation>
    </message>
    <message>
        <source>Boxes that end where their last pixel ends would do.</source>
        <translation>让框止于最后一个像素的边缘即可。</translation>
    </message>
    <message>
        <source>The other tie rule would do.</source>
        <translation>换用另一种冲突规则即可。</translation>
    </message>
    <message>
        <source>A finer level would do (stride {0} px, regressing up to {1} px).</source>
        <translation>增加更精细的一层即可（步长 {0} px，回归到 {1} px 为止）。</translation>
    </message>
    <message>
        <source>Locations in the middle of their cells would do.</source>
        <translation>把位置放在格子中央即可。</translation>
    </message>
    <message>
        <source>A centre radius of {0} strides would do.</source>
        <translation>中心半径取 {0} 个步长即可。</translation>
    </message>
    <message>
        <source>No centre sampling would do.</source>
        <translation>不用中心采样即可。</translation>
    </message>
    <message>
        <source>Regression ranges that include their limits would do.</source>
        <translation>让回归范围包含其界限即可。</translation>
    </message>
    <message>
        <source>A range limit of {0} px instead of {1} px would do.</source>
        <translation>把范围界限从 {1} px 改为 {0} px 即可。</translation>
    </message>
    <message>
        <source>Without the labels ({0}) whose boxes are nearly this one (IoU {1} or more) it would be learnt: is one object labelled twice?</source>
        <translation>去掉框与此几乎相同（IoU 不低于 {1}）的标注（{0} 个）后它就能被学习：是否把同一物体标注了两次？</translation>
    </message>
    <message>
        <source>Looking at image {0} of {1}</source>
        <translation>正在查看第 {0} 幅图像，共 {1} 幅</translation>
    </message>
    <message>
        <source>Its area of {0} px² in the network&apos;s input is beyond what this tie rule can rank.</source>
        <translation>它在网络输入中的面积为 {0} px²，超出了此冲突规则能比较的范围。</translation>
    </message>
    <message>
        <source>Counted by the index of its last pixel, its {0} × {1} px in the image have no area.</source>
        <translation>按最后一个像素的序号计算，图像中的 {0} × {1} px 没有面积。</translation>
    </message>
    <message>
        <source>No location lies inside: it takes {0} × {1} px of the network&apos;s input, and the locations of the finest level are {2} px apart.</source>
        <translation>框内没有位置：它在网络输入中占 {0} × {1} px，而最精细一层的位置相距 {2} px。</translation>
    </message>
    <message>
        <source>Locations inside it: {0}, none of them in its centre region (radius {1} strides).</source>
        <translation>框内的位置：{0} 个，都不在其中心区域内（半径 {1} 个步长）。</translation>
    </message>
    <message>
        <source>Locations inside it: {0}, none in its level&apos;s regression range. The nearest, on {1}, has max(l, t, r, b) = {2} px, {3} px outside the range of {4} to {5} px.</source>
        <translation>框内的位置：{0} 个，都不在所属层的回归范围内。最接近的在 {1}，max(l, t, r, b) = {2} px，超出 {4} 到 {5} px 的范围 {3} px。</translation>
    </message>
    <message>
        <source>Locations inside it: {0}, none both in its centre region and in its level&apos;s regression range. The nearest, on {1}, has max(l, t, r, b) = {2} px, {3} px outside the range of {4} to {5} px.</source>
        <translation>框内的位置：{0} 个，没有一个既在其中心区域内又在所属层的回归范围内。最接近的在 {1}，max(l, t, r, b) = {2} px，超出 {4} 到 {5} px 的范围 {3} px。</translation>
    </message>
    <message>
        <source>Every location that it claims ({0}) learns another label that is smaller, or as large and listed first (such labels: {1}).</source>
        <translation>它所争取的每个位置（{0} 个）都学习了另一个更小、或同样大但排在前面的标注（这样的标注：{1} 个）。</translation>
    </message>
    <message>
        <source>None was found: neither up to four times the input size nor another range, region, level or tie rule helped.</source>
        <translation>没有找到：放大输入到四倍，以及改变范围、区域、层或冲突规则都没有用。</translation>
    </message>
    <message>
        <source>The loss can be shown only where labels and network have the same locations: as in validation, with the model&apos;s input size, strides and levels.</source>
        <translation>只有标注与网络的位置相同时才能显示损失：与验证时一样，使用模型的输入尺寸、步长和层级。</translation>
    </message>
    <message>
        <source>The batch norms use their running means and variances, as in validation; in training they use those of the batch.</source>
        <translation>批归一化使用其滑动均值和方差，与验证时相同；训练时使用当前批次的均值和方差。</translation>
    </message>
    <message>
        <source>The batch norms are frozen: their statistics are the same as in training.</source>
        <translation>批归一化已冻结：其统计量与训练时相同。</translation>
    </message>
    <message>
        <source>the box is too large for this profile: its area, {0} px², is not below 100000000 px²</source>
        <translation>框对此配置过大：其面积 {0} px² 不小于 100000000 px²</translation>
    </message>
    <message>
        <source>the box has no area</source>
        <translation>框没有面积</translation>
    </message>
    <message>
        <source>on the border of the box: {0} = 0</source>
        <translation>在框的边界上：{0} = 0</translation>
    </message>
    <message>
        <source>outside the box: {0} = {1}</source>
        <translation>在框外：{0} = {1}</translation>
    </message>
    <message>
        <source>outside the centre region: {0} px from the centre, radius {1} px</source>
        <translation>在中心区域外：距中心 {0} px，半径 {1} px</translation>
    </message>
    <message>
        <source>outside the centre region: {0} px beside the centre, half its side {1} px</source>
        <translation>在中心区域外：与中心水平相距 {0} px，半边长 {1} px</translation>
    </message>
    <message>
        <source>outside the centre region: {0} px above or below the centre, half its side {1} px</source>
        <translation>在中心区域外：与中心垂直相距 {0} px，半边长 {1} px</translation>
    </message>
    <message>
        <source>max(l, t, r, b) = {0} is not in {1}</source>
        <translation>max(l, t, r, b) = {0} 不在 {1} 内</translation>
    </message>
    <message>
        <source>lost to the smaller box {0} (area {1} px² against {2} px²)</source>
        <translation>输给更小的框 {0}（面积 {1} px² 对 {2} px²）</translation>
    </message>
    <message>
        <source>lost to box {0}, which is equally large and listed earlier</source>
        <translation>输给框 {0}：面积相同，但排列在前</translation>
    </message>
    <message>
        <source>lost to box {0}, which is listed earlier: this profile takes {1} and {2} px² for equally large</source>
        <translation>输给排列在前的框 {0}：此配置视 {1} 与 {2} px² 为同样大</translation>
    </message>
    <message>
        <source>its score is no number</source>
        <translation>其得分不是数值</translation>
    </message>
    <message>
        <source>its class probability {0} is not above the profile&apos;s threshold</source>
        <translation>其类别概率 {0} 不高于配置的阈值</translation>
    </message>
    <message>
        <source>score {0} is not above {1}</source>
        <translation>得分 {0} 不高于 {1}</translation>
    </message>
    <message>
        <source>suppressed by a better {0} at IoU {1}</source>
        <translation>被更好的 {0} 抑制，IoU {1}</translation>
    </message>
    <message>
        <source>positive</source>
        <translation>正样本</translation>
    </message>
    <message>
        <source>the location speaks for its most probable class alone</source>
        <translation>该位置只代表其概率最高的类别</translation>
    </message>
    <message>
        <source>not among the best {0} candidates: p = {1}, score {2}</source>
        <translation>不在最好的 {0} 个候选之列：p = {1}，得分 {2}</translation>
    </message>
    <message>
        <source>its box has no area or is no number</source>
        <translation>其框没有面积或不是数值</translation>
    </message>
    <message>
        <source>not suppressed, but there are {0} better detections already</source>
        <translation>未被抑制，但已有 {0} 个更好的检测结果</translation>
    </message>
    <message>
        <source>detected, as number {0}</source>
        <translation>已检出，第 {0} 个</translation>
    </message>
    <message>
        <source>{0}, column {1}, row {2}: at ({3}, {4}) in the image, ({5}, {6}) in the input</source>
        <translation>{0}，第 {1} 列，第 {2} 行：图像中 ({3}, {4})，输入中 ({5}, {6})</translation>
    </message>
    <message>
        <source>Learns box {0} ({1}): {2}; centerness {3}</source>
        <translation>学习框 {0}（{1}）：{2}；中心度 {3}</translation>
    </message>
    <message>
        <source>Learns no box: background</source>
        <translation>不学习任何框：背景</translation>
    </message>
    <message>
        <source>Box {0} ({1}): {2}</source>
        <translation>框 {0}（{1}）：{2}</translation>
    </message>
    <message>
        <source>and {0} more boxes that it lies outside of</source>
        <translation>以及另外 {0} 个不包含它的框</translation>
    </message>
    <message>
        <source>Predicts {0}: box {1} in the image</source>
        <translation>预测 {0}：图像中的框 {1}</translation>
    </message>
    <message>
        <source>centerness {0}</source>
        <translation>中心度 {0}</translation>
    </message>
    <message>
        <source>IoU with its label {0}</source>
        <translation>与其标注的 IoU {0}</translation>
    </message>
    <message>
        <source>{0}: p = {1}, score {2}</source>
        <translation>{0}：p = {1}，得分 {2}</translation>
    </message>
    <message>
        <source>No model has looked at this image yet.</source>
        <translation>还没有模型看过这张图像。</translation>
    </message>
    <message>
        <source>The model said nothing about this image.</source>
        <translation>模型对这张图像没有输出。</translation>
    </message>
    <message>
        <source>The image has no labels, and no detections stand in for them.</source>
        <translation>图像没有标注，也没有检测结果代替标注。</translation>
    </message>
    <message>
        <source>Neither labels nor a model say anything about this image.</source>
        <translation>这张图像既没有标注，也没有模型输出。</translation>
    </message>
    <message>
        <source>The feature map {0} has {1} channels; there is no channel {2}.</source>
        <translation>特征图 {0} 有 {1} 个通道；没有通道 {2}。</translation>
    </message>
    <message>
        <source>The feature map {0} was not kept.</source>
        <translation>没有保留特征图 {0}。</translation>
    </message>
    <message>
        <source>The locations of this what if are not those of the network.</source>
        <translation>此假设的位置与网络的位置不同。</translation>
    </message>
    <message>
        <source>No location learns a label.</source>
        <translation>没有位置学习标注。</translation>
    </message>
    <message>
        <source>The losses have not been worked out yet.</source>
        <translation>尚未计算损失。</translation>
    </message>
    <message>
        <source>The model has no class of that number.</source>
        <translation>模型没有这个编号的类别。</translation>
    </message>
    <message>
        <source>This network has no centerness.</source>
        <translation>此网络没有中心度。</translation>
    </message>
    <message>
        <source>This network&apos;s third branch learns the overlap of its boxes, not centerness.</source>
        <translation>此网络的第三个分支学习其框的重叠度，而不是中心度。</translation>
    </message>
    <message>
        <source>None of the image&apos;s labels can be trained on.</source>
        <translation>图像的标注都不能用于训练。</translation>
    </message>
    <message>
        <source>No location is claimed by two labels.</source>
        <translation>没有位置被两个标注同时占用。</translation>
    </message>
    <message>
        <source>There are {0} levels; this layer asks for another one.</source>
        <translation>共有 {0} 个层级；此图层要求的是另一个层级。</translation>
    </message>
    <message>
        <source>What the model says about this image is no number.</source>
        <translation>模型对这张图像的输出不是数值。</translation>
    </message>
    <message>
        <source>Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored left to right and top to bottom, padded to {6} × {7}</source>
        <translation>训练样本：{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，左右和上下镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored left to right, padded to {6} × {7}</source>
        <translation>训练样本：{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，左右镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored top to bottom, padded to {6} × {7}</source>
        <translation>训练样本：{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，上下镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>Training sample: {0} × {1} from the part {2} of {3} × {4}, resized by {5}, not mirrored, padded to {6} × {7}</source>
        <translation>训练样本：{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，未镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>{0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored left to right and top to bottom, padded to {6} × {7}</source>
        <translation>{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，左右和上下镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>{0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored left to right, padded to {6} × {7}</source>
        <translation>{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，左右镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>{0} × {1} from the part {2} of {3} × {4}, resized by {5}, mirrored top to bottom, padded to {6} × {7}</source>
        <translation>{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，上下镜像，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>{0} × {1} from the part {2} of {3} × {4}, resized by {5}, padded to {6} × {7}</source>
        <translation>{0} × {1}，取自 {3} × {4} 的 {2} 部分，缩放 {5} 倍，填充到 {6} × {7}</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>Assignment</source>
        <translation>分配</translation>
    </message>
    <message>
        <source>Centerness, target</source>
        <translation>中心度，目标</translation>
    </message>
    <message>
        <source>Centerness, predicted</source>
        <translation>中心度，预测</translation>
    </message>
    <message>
        <source>Centerness, predicted − target</source>
        <translation>中心度，预测 − 目标</translation>
    </message>
    <message>
        <source>Class probability</source>
        <translation>类别概率</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Ambiguous samples</source>
        <translation>歧义样本</translation>
    </message>
    <message>
        <source>Regression</source>
        <translation>回归</translation>
    </message>
    <message>
        <source>Classification loss</source>
        <translation>分类损失</translation>
    </message>
    <message>
        <source>Box loss</source>
        <translation>框损失</translation>
    </message>
    <message>
        <source>Centerness loss</source>
        <translation>中心度损失</translation>
    </message>
    <message>
        <source>Stride grid</source>
        <translation>步长网格</translation>
    </message>
    <message>
        <source>Feature map</source>
        <translation>特征图</translation>
    </message>
    <message>
        <source>{0} × {1} resized from {2} × {3} by {4}, padded to {5} × {6}</source>
        <translation>{0} × {1}，由 {2} × {3} 缩放 {4} 倍，填充到 {5} × {6}</translation>
    </message>
    <message>
        <source>Where centerness comes from: what the network says, 1 everywhere, computed from the predicted box, or the target where a location learns a label and 0 elsewhere.</source>
        <translation>中心度的来源：网络的输出、处处为 1、由预测框计算，或在学习标注的位置取目标值、其余为 0。</translation>
    </message>
    <message>
        <source>Whose boxes are assigned: the image&apos;s labels, what the model detects, or its detections only where the image has no labels.</source>
        <translation>分配谁的框：图像的标注、模型的检测结果，或仅在图像没有标注时用检测结果。</translation>
    </message>
    <message>
        <source>Assigns one random sample of training, with its flip, scale, crop and padding, instead of the whole image.</source>
        <translation>分配一个随机训练样本（含翻转、缩放、裁剪和填充），而不是整张图像。</translation>
    </message>
    <message>
        <source>Which random sample of training.</source>
        <translation>哪一个随机训练样本。</translation>
    </message>
    <message>
        <source>The last level cannot be left out.</source>
        <translation>最后一个层级不能去掉。</translation>
    </message>
    <message>
        <source>A folder for levels.csv, classes.csv, pairs.csv and unlearnable.csv, too.</source>
        <translation>另外把 levels.csv、classes.csv、pairs.csv 和 unlearnable.csv 写入此文件夹。</translation>
    </message>
    <message>
        <source>At most so many boxes that no location can learn are listed as text.</source>
        <translation>文本中最多列出这么多个没有位置能学习的框。</translation>
    </message>
    <message>
        <source>CPU threads; 0 means all cores.</source>
        <translation>CPU 线程数；0 表示全部核心。</translation>
    </message>
    <message>
        <source>A model whose profile is taken: a file, a checkpoint folder, or the name of published weights that are here.</source>
        <translation>采用此模型的配置：模型文件、检查点文件夹，或本机已有的公开权重的名称。</translation>
    </message>
    <message>
        <source>The image {0} has no labels to draw this figure from.</source>
        <translation>图像 {0} 没有可用于绘制此图的标注。</translation>
    </message>
    <message>
        <source>There is no label {0} in the image {1}: its labels are 0 to {2}.</source>
        <translation>图像 {1} 中没有标注 {0}：其标注编号为 0 到 {2}。</translation>
    </message>
    <message>
        <source>There is no level {0}: take one of {1}, or all.</source>
        <translation>没有层级 {0}：请取 {1} 之一，或 all。</translation>
    </message>
    <message>
        <source>There is no layer &quot;{0}&quot;.</source>
        <translation>没有图层“{0}”。</translation>
    </message>
    <message>
        <source>There is no layer &quot;{0}&quot;; did you mean &quot;{1}&quot;?</source>
        <translation>没有图层“{0}”；是否指“{1}”？</translation>
    </message>
    <message>
        <source>The model has no class &quot;{0}&quot;.</source>
        <translation>模型没有类别“{0}”。</translation>
    </message>
    <message>
        <source>Both {0} and {1} were named; a figure is of one data set and one model.</source>
        <translation>同时指定了 {0} 和 {1}；一幅图只对应一个数据集和一个模型。</translation>
    </message>
    <message>
        <source>Name the image or the data set that the figure is of.</source>
        <translation>请指定图所用的图像或数据集。</translation>
    </message>
    <message>
        <source>The file of the figure; its ending says the kind: .png, .svg or .pdf.</source>
        <translation>图的文件；由扩展名决定类型：.png、.svg 或 .pdf。</translation>
    </message>
    <message>
        <source>Pixels of a PNG for each pixel of --size.</source>
        <translation>--size 的每个像素对应多少个 PNG 像素。</translation>
    </message>
    <message>
        <source>Draw a legend.</source>
        <translation>绘制图例。</translation>
    </message>
    <message>
        <source>The figure&apos;s title, instead of its own.</source>
        <translation>图的标题，代替默认标题。</translation>
    </message>
    <message>
        <source>Which FCOS assigns the labels; otherwise the model&apos;s, or our own.</source>
        <translation>由哪种 FCOS 分配标注；否则用模型的配置，或我们自己的配置。</translation>
    </message>
    <message>
        <source>Which image of the data set, from 0.</source>
        <translation>数据集中的第几幅图像，从 0 起。</translation>
    </message>
    <message>
        <source>Which image of the data set, by its file name.</source>
        <translation>数据集中的哪幅图像，按文件名。</translation>
    </message>
    <message>
        <source>Layers by name, separated by commas, the lowest first.</source>
        <translation>图层名称，以逗号分隔，最下层在前。</translation>
    </message>
    <message>
        <source>The level of the layers: P3, P4, …, or all.</source>
        <translation>图层的层级：P3、P4、…，或 all。</translation>
    </message>
    <message>
        <source>The class of class layers; otherwise the most probable.</source>
        <translation>类别图层的类别；否则取概率最大的类别。</translation>
    </message>
    <message>
        <source>The colour scale of heat maps; figure-3 takes blue-to-red unless told otherwise.</source>
        <translation>热图的色阶；除非另行指定，figure-3 用 blue-to-red。</translation>
    </message>
    <message>
        <source>How much of the picture heat maps hide; 1: all of it.</source>
        <translation>热图遮住图像的程度；1：完全遮住。</translation>
    </message>
    <message>
        <source>Which feature map the layer activation shows: C3 to C5, P3 to P7.</source>
        <translation>activation 图层显示哪个特征图：C3 到 C5、P3 到 P7。</translation>
    </message>
    <message>
        <source>Which channel of it; -1: the mean of all.</source>
        <translation>其中的哪个通道；-1：所有通道的平均。</translation>
    </message>
    <message>
        <source>Draw what the model detects, too.</source>
        <translation>同时绘制模型的检测结果。</translation>
    </message>
    <message>
        <source>The label of figure-3, from 0; -1: the largest.</source>
        <translation>figure-3 所用的标注，从 0 起；-1：最大的标注。</translation>
    </message>
    <message>
        <source>Plot √p and √(p·o) in figure-7, instead of p and p·o.</source>
        <translation>在 figure-7 中绘制 √p 和 √(p·o)，代替 p 和 p·o。</translation>
    </message>
    <message>
        <source>How many images of the data set figure-7 looks at; 0: all.</source>
        <translation>figure-7 查看数据集中的多少幅图像；0：全部。</translation>
    </message>
    <message>
        <source>There is no figure &quot;{0}&quot;: take layers, figure-1, figure-3 or figure-7.</source>
        <translation>没有图“{0}”：请取 layers、figure-1、figure-3 或 figure-7。</translation>
    </message>
    <message>
        <source>Name the file of the figure with --out.</source>
        <translation>请用 --out 指定图的文件。</translation>
    </message>
    <message>
        <source>There is no image {0} in {1}: its images are 0 to {2}.</source>
        <translation>{1} 中没有图像 {0}：其图像编号为 0 到 {2}。</translation>
    </message>
    <message>
        <source>There is no image {0} in {1}.</source>
        <translation>{1} 中没有图像 {0}。</translation>
    </message>
    <message>
        <source>Several images are meant by {0}, {1} and {2} among them.</source>
        <translation>{0} 对应多幅图像，其中有 {1} 和 {2}。</translation>
    </message>
    <message>
        <source>Score against IoU needs a model: name its weights.</source>
        <translation>绘制得分与 IoU 需要模型：请指定其权重。</translation>
    </message>
    <message>
        <source>The figure {0} must end in .png, .svg or .pdf.</source>
        <translation>图 {0} 的扩展名必须是 .png、.svg 或 .pdf。</translation>
    </message>
    <message>
        <source>A figure of {0} × {1} px at scale {2} cannot be made: its sides must be {3} to {4} px and its area at most {5} megapixels.</source>
        <translation>无法生成 {0} × {1} 像素、缩放 {2} 的图：边长须为 {3} 到 {4} 像素，面积最多 {5} 百万像素。</translation>
    </message>
    <message>
        <source>The file {0} exists already; export again to replace it.</source>
        <translation>文件 {0} 已存在；再次导出将替换它。</translation>
    </message>
    <message>
        <source>The data set {0} has no labels of classes that the model knows.</source>
        <translation>数据集 {0} 中没有模型所认识类别的标注。</translation>
    </message>
    <message>
        <source>The image {0} has no review; it was left out.</source>
        <translation>图像 {0} 未经审核；已略去。</translation>
    </message>
    <message>
        <source>{0} is neither an image nor a COCO file, nor another file of labels.</source>
        <translation>{0} 既不是图像，也不是 COCO 文件或其他标注文件。</translation>
    </message>
    <message>
        <source>The field &quot;{0}&quot; is not valid JSON; it was left out.</source>
        <translation>字段“{0}”不是有效的 JSON；已略去。</translation>
    </message>
    <message>
        <source>The field &quot;{0}&quot; of entry {1} of &quot;{2}&quot; is not valid JSON; it was left out.</source>
        <translation>“{2}”的第 {1} 个条目的字段“{0}”不是有效的 JSON；已略去。</translation>
    </message>
    <message>
        <source>Two categories are called &quot;{0}&quot;; the one with the id {1} is called &quot;{2}&quot; here.</source>
        <translation>有两个类别都叫“{0}”；id 为 {1} 的那个在这里叫“{2}”。</translation>
    </message>
    <message>
        <source>{0} annotations have the id 0, which pycocotools never counts as found; they were kept, and are written with ids from 1.</source>
        <translation>{0} 个标注的 id 为 0，pycocotools 永远不会把它们算作已找到；它们已保留，写出时 id 从 1 开始。</translation>
    </message>
    <message>
        <source>Reading labels</source>
        <translation>正在读取标注</translation>
    </message>
    <message>
        <source>The field &quot;{0}&quot; has another meaning in COCO; it was left out.</source>
        <translation>字段“{0}”在 COCO 中另有含义；已略去。</translation>
    </message>
    <message>
        <source>The size of the image {0} cannot be read; it was written without one.</source>
        <translation>无法读取图像 {0} 的尺寸；写出时不含尺寸。</translation>
    </message>
    <message>
        <source>Writing labels</source>
        <translation>正在写入标注</translation>
    </message>
    <message>
        <source>{0} is a folder; COCO labels go to one file, as labels.json.</source>
        <translation>{0} 是文件夹；COCO 标注写入单个文件，例如 labels.json。</translation>
    </message>
    <message>
        <source>{0} is no table of boxes: its first line names no image and no edges.</source>
        <translation>{0} 不是框的表格：第一行没有写明图像和边界。</translation>
    </message>
    <message>
        <source>Line {0}: a quote is not closed before the file ends.</source>
        <translation>第 {0} 行：引号到文件末尾仍未闭合。</translation>
    </message>
    <message>
        <source>Line {0} names no image; it was left out.</source>
        <translation>第 {0} 行没有写明图像；已略去。</translation>
    </message>
    <message>
        <source>Line {0}: there is no image {1}; its lines were left out.</source>
        <translation>第 {0} 行：没有图像 {1}；它的各行已略去。</translation>
    </message>
    <message>
        <source>Line {0}: the image {1} goes by another name above; these lines were left out.</source>
        <translation>第 {0} 行：图像 {1} 在前面以另一个名称出现过；这些行已略去。</translation>
    </message>
    <message>
        <source>The labels of {0} were made for {1} × {2} pixels, but the image has {3} × {4}; they were left out.</source>
        <translation>{0} 的标注是针对 {1} × {2} 像素的，而图像为 {3} × {4}；这些标注已略去。</translation>
    </message>
    <message>
        <source>Line {0} has edges, but no class; it was left out.</source>
        <translation>第 {0} 行有边界但没有类别；已略去。</translation>
    </message>
    <message>
        <source>Line {0} lacks an edge, or one of them is no number; it was left out.</source>
        <translation>第 {0} 行缺少一条边，或其中之一不是数；已略去。</translation>
    </message>
    <message>
        <source>Line {0}: the box has no area; it was left out.</source>
        <translation>第 {0} 行：框没有面积；已略去。</translation>
    </message>
    <message>
        <source>{0} lines of the image {1} were left out.</source>
        <translation>图像 {1} 的 {0} 行已略去。</translation>
    </message>
    <message>
        <source>The table has no columns for these fields of boxes: {0}.</source>
        <translation>表格没有对应框的这些字段的列：{0}。</translation>
    </message>
    <message>
        <source>The {0} of a {1} was left out: it belongs to the box as it was before it was moved.</source>
        <translation>一个 {1} 的 {0} 已略去：它属于移动之前的框。</translation>
    </message>
    <message>
        <source>The format has no place for the colour of {0}.</source>
        <translation>该格式没有地方存放 {0} 的颜色。</translation>
    </message>
    <message>
        <source>The class {0} has no boxes; the format keeps no list of classes.</source>
        <translation>类别 {0} 没有任何框；该格式不保存类别列表。</translation>
    </message>
    <message>
        <source>The format keeps no order of classes; read again, they are in the order of their names.</source>
        <translation>该格式不保存类别的顺序；再次读取时，类别按名称排序。</translation>
    </message>
    <message>
        <source>The format has no place for these fields of {0}: {1}.</source>
        <translation>该格式没有地方存放 {0} 的以下字段：{1}。</translation>
    </message>
    <message>
        <source>{0} images without review were left out, with {1} boxes.</source>
        <translation>{0} 张未经审核的图像未写入，其中有 {1} 个框。</translation>
    </message>
    <message>
        <source>What the numbers of a written VOC box mean: its edges, or its first and last pixel counted from 1 or from 0.</source>
        <translation>写出的 VOC 框的数字含义：框的边，或从 1 或从 0 数起的首末像素。</translation>
    </message>
    <message>
        <source>Write images that nobody has reviewed, too.</source>
        <translation>未经审核的图像也写入。</translation>
    </message>
    <message>
        <source>The picture that stood in {0} (imageData) is not there any more.</source>
        <translation>原先在 {0} 中的图片（imageData）已不存在。</translation>
    </message>
    <message>
        <source>{0} is not a labelme file: it has no list named &quot;shapes&quot;.</source>
        <translation>{0} 不是 labelme 文件：其中没有名为 &quot;shapes&quot; 的列表。</translation>
    </message>
    <message>
        <source>The label file {0} names the image {1}, but is taken for the one that has its name, {2}.</source>
        <translation>标注文件 {0} 写明的是图像 {1}，但按同名图像 {2} 处理。</translation>
    </message>
    <message>
        <source>The labels of {0} were made for {1} × {2} pixels, but the image has {3} × {4}; its {5} labels were left out.</source>
        <translation>{0} 的标注是针对 {1} × {2} 像素的，而图像为 {3} × {4}；它的 {5} 个标注已略去。</translation>
    </message>
    <message>
        <source>{0} has another label file; this one with its {1} labels was left out.</source>
        <translation>{0} 另有标注文件；这个文件及其 {1} 个标注已略去。</translation>
    </message>
    <message>
        <source>The data set {0} has no split &quot;{1}&quot;; labelme&apos;s splits are folders.</source>
        <translation>数据集 {0} 没有划分 &quot;{1}&quot;；labelme 的划分是文件夹。</translation>
    </message>
    <message>
        <source>Reading label files</source>
        <translation>正在读取标注文件</translation>
    </message>
    <message>
        <source>Writing label files</source>
        <translation>正在写入标注文件</translation>
    </message>
    <message>
        <source>Another image has the same name but for its ending: its label file is {0}.</source>
        <translation>另一幅图像只有扩展名不同：它的标注文件是 {0}。</translation>
    </message>
    <message>
        <source>{0} images without review have labels: in the written files they count as labelled.</source>
        <translation>{0} 幅未审阅的图像带有标注：在写出的文件中它们算作已标注。</translation>
    </message>
    <message>
        <source>The label file {0} is not valid JSON ({1}).</source>
        <translation>标注文件 {0} 不是有效的 JSON（{1}）。</translation>
    </message>
    <message>
        <source>Shape {0} ({1}) has no label; it stays in the file and is no box.</source>
        <translation>形状 {0}（{1}）没有标签；它留在文件中，不作为框。</translation>
    </message>
    <message>
        <source>Shape {0} ({1}) has points that are no pairs of numbers; it stays in the file and is no box.</source>
        <translation>形状 {0}（{1}）的点不是成对的数；它留在文件中，不作为框。</translation>
    </message>
    <message>
        <source>Shape {0} ({1}) is a {2} without an area; it stays in the file and is no box.</source>
        <translation>形状 {0}（{1}）是没有面积的 {2}；它留在文件中，不作为框。</translation>
    </message>
    <message>
        <source>Shape {0} ({1}) is a {2} of {3} points: its bounding box is used, and the shape stays in the file.</source>
        <translation>形状 {0}（{1}）是由 {3} 个点组成的 {2}：使用其外接框，形状本身留在文件中。</translation>
    </message>
    <message>
        <source>{0} holds no labels: neither COCO nor Pascal VOC, YOLO, labelme or CSV.</source>
        <translation>{0} 中没有标注：不是 COCO，也不是 Pascal VOC、YOLO、labelme 或 CSV。</translation>
    </message>
    <message>
        <source>The size of {0} is not known, so its label file {1} cannot be read.</source>
        <translation>{0} 的尺寸未知，因此无法读取其标注文件 {1}。</translation>
    </message>
    <message>
        <source>{0} holds the labels of {1}, so those of {2} cannot be kept in it.</source>
        <translation>{0} 中是 {1} 的标注，因此不能存放 {2} 的标注。</translation>
    </message>
    <message>
        <source>The labels in {0} were made for {1} × {2} pixels, but the image has {3} × {4}; the file is left as it is.</source>
        <translation>{0} 中的标注是针对 {1} × {2} 像素的，而图像为 {3} × {4}；文件保持不变。</translation>
    </message>
    <message>
        <source>The place of the label files lacks &quot;{0}&quot;.</source>
        <translation>标注文件的位置信息缺少 &quot;{0}&quot;。</translation>
    </message>
    <message>
        <source>The place of the label files names the format &quot;{0}&quot;.</source>
        <translation>标注文件的位置信息写明的格式是 &quot;{0}&quot;。</translation>
    </message>
    <message>
        <source>The size of {0} is not known, so its labels cannot be written for YOLO.</source>
        <translation>{0} 的尺寸未知，因此无法写出其 YOLO 标注。</translation>
    </message>
    <message>
        <source>The parts of a split are {0}; they must be above 0, and their sum 1.</source>
        <translation>划分的各部分为 {0}；它们必须大于 0，且总和为 1。</translation>
    </message>
    <message>
        <source>The {0} of a {1} was rounded: {2} became {3}.</source>
        <translation>一个 {1} 的 {0} 被舍入：{2} 变为 {3}。</translation>
    </message>
    <message>
        <source>The class name &quot;{0}&quot; has blanks or characters that XML cannot keep.</source>
        <translation>类别名称“{0}”含有 XML 无法保存的空格或字符。</translation>
    </message>
    <message>
        <source>There is no image for the label file {0}; it was left out.</source>
        <translation>标注文件 {0} 没有对应的图像；已略去。</translation>
    </message>
    <message>
        <source>The image {0} has the label file of another one with the same name; its labels count for that one only.</source>
        <translation>图像 {0} 与另一幅同名图像共用标注文件；其中的标注只算作后者的。</translation>
    </message>
    <message>
        <source>The labels of {0} were left out.</source>
        <translation>{0} 的标注已略去。</translation>
    </message>
    <message>
        <source>YOLO has no place for &quot;verified&quot;: {0} images count as labelled or empty.</source>
        <translation>YOLO 无处存放 &quot;verified&quot;：{0} 幅图像将算作已标注或空图像。</translation>
    </message>
    <message>
        <source>Another image has the same name but for its ending, so the same label file: its {0} labels were left out.</source>
        <translation>另一幅图像只有扩展名不同，因而共用同一个标注文件：它的 {0} 个标注未写入。</translation>
    </message>
    <message>
        <source>The size of the image is not known, and YOLO&apos;s numbers are fractions of it: its {0} labels were left out.</source>
        <translation>图像的尺寸未知，而 YOLO 的数值是其比例：它的 {0} 个标注未写入。</translation>
    </message>
    <message>
        <source>The images &quot;{0}&quot; that {1} names are not there.</source>
        <translation>{1} 中写明的图像 &quot;{0}&quot; 不存在。</translation>
    </message>
    <message>
        <source>The image {0} of the list is missing; it was left out.</source>
        <translation>列表中的图像 {0} 不存在；已略去。</translation>
    </message>
    <message>
        <source>The data set {0} has no split &quot;{1}&quot;.</source>
        <translation>数据集 {0} 没有划分 &quot;{1}&quot;。</translation>
    </message>
    <message>
        <source>Line {0}: &quot;{1}&quot; is no class number; the line was left out.</source>
        <translation>第 {0} 行：&quot;{1}&quot; 不是类别编号；该行已略去。</translation>
    </message>
    <message>
        <source>Line {0}: &quot;{1}&quot; is no fraction of a side; the line was left out.</source>
        <translation>第 {0} 行：&quot;{1}&quot; 不是边长的比例；该行已略去。</translation>
    </message>
    <message>
        <source>Line {0} has fewer than five numbers (&quot;{1}&quot;); it was left out.</source>
        <translation>第 {0} 行少于五个数（&quot;{1}&quot;）；已略去。</translation>
    </message>
    <message>
        <source>{0} more lines are wrong; they were left out.</source>
        <translation>另有 {0} 行有误；已略去。</translation>
    </message>
    <message>
        <source>{0} lines are polygons: the boxes around them are used, and the polygons are kept.</source>
        <translation>{0} 行是多边形：使用其外接框，多边形予以保留。</translation>
    </message>
    <message>
        <source>Line {0}: the box has no area (&quot;{1}&quot;); it was left out.</source>
        <translation>第 {0} 行：框没有面积（&quot;{1}&quot;）；已略去。</translation>
    </message>
    <message>
        <source>Line {0}: the box lies outside the image (&quot;{1}&quot;; the numbers are to be fractions of its sides); it was left out.</source>
        <translation>第 {0} 行：框在图像之外（&quot;{1}&quot;；这些数应为图像边长的比例）；已略去。</translation>
    </message>
    <message>
        <source>Line {0}: the box reaches outside the image (&quot;{1}&quot;); it was clipped.</source>
        <translation>第 {0} 行：框超出图像（&quot;{1}&quot;）；已裁剪。</translation>
    </message>
    <message>
        <source>YOLO has no place for &quot;difficult&quot;: {0} boxes lose it.</source>
        <translation>YOLO 无处存放 &quot;difficult&quot;：{0} 个框失去该标记。</translation>
    </message>
    <message>
        <source>YOLO has no place for &quot;crowd&quot;: {0} boxes lose it.</source>
        <translation>YOLO 无处存放 &quot;crowd&quot;：{0} 个框失去该标记。</translation>
    </message>
    <message>
        <source>YOLO&apos;s training labels have no place for scores: {0} boxes lose theirs.</source>
        <translation>YOLO 的训练标注无处存放得分：{0} 个框失去得分。</translation>
    </message>
    <message>
        <source>YOLO has no place for &quot;locked&quot;: {0} boxes lose it.</source>
        <translation>YOLO 无处存放 &quot;locked&quot;：{0} 个框失去该标记。</translation>
    </message>
    <message>
        <source>YOLO has no place for areas of objects: {0} boxes lose theirs.</source>
        <translation>YOLO 无处存放对象面积：{0} 个框失去面积。</translation>
    </message>
    <message>
        <source>Class {0} has no name in the list of names; it is named by its number.</source>
        <translation>类别 {0} 在名称列表中没有名称；以其编号命名。</translation>
    </message>
    <message>
        <source>{0} boxes reach outside the image; they were clipped.</source>
        <translation>{0} 个框超出图像；已裁剪。</translation>
    </message>
    <message>
        <source>{0} is no data.yaml of YOLO: it has no &quot;names&quot;.</source>
        <translation>{0} 不是 YOLO 的 data.yaml：其中没有 &quot;names&quot;。</translation>
    </message>
    <message>
        <source>{0} is no data.yaml of YOLO: an entry of &quot;names&quot; is no text.</source>
        <translation>{0} 不是 YOLO 的 data.yaml：&quot;names&quot; 中有一项不是文本。</translation>
    </message>
    <message>
        <source>{0} is no data.yaml of YOLO: an entry of &quot;names&quot; is no number with a name.</source>
        <translation>{0} 不是 YOLO 的 data.yaml：&quot;names&quot; 中有一项不是带名称的编号。</translation>
    </message>
    <message>
        <source>{0} is not valid YAML ({1}, line {2}).</source>
        <translation>{0} 不是有效的 YAML（{1}，第 {2} 行）。</translation>
    </message>
    <message>
        <source>The names in {0} cannot be made longer; write one name in each line.</source>
        <translation>无法在 {0} 中追加名称；请每行写一个名称。</translation>
    </message>
    <message>
        <source>A class needs a name.</source>
        <translation>类别需要一个名称。</translation>
    </message>
    <message>
        <source>There is a class {0} already; classes can be merged.</source>
        <translation>已有类别“{0}”；类别可以合并。</translation>
    </message>
    <message>
        <source>Add the class {0}</source>
        <translation>添加类别“{0}”</translation>
    </message>
    <message>
        <source>Rename the class {0} to {1}</source>
        <translation>将类别“{0}”重命名为“{1}”</translation>
    </message>
    <message>
        <source>Recolour the class {0}</source>
        <translation>更改类别“{0}”的颜色</translation>
    </message>
    <message>
        <source>Reorder the classes</source>
        <translation>调整类别顺序</translation>
    </message>
    <message>
        <source>Merge the class {0} into {1}</source>
        <translation>将类别“{0}”并入“{1}”</translation>
    </message>
    <message>
        <source>Delete the class {0}</source>
        <translation>删除类别“{0}”</translation>
    </message>
    <message>
        <source>Lock a box</source>
        <translation>锁定一个框</translation>
    </message>
    <message>
        <source>Lock {0} boxes</source>
        <translation>锁定 {0} 个框</translation>
    </message>
    <message>
        <source>Unlock a box</source>
        <translation>解锁一个框</translation>
    </message>
    <message>
        <source>Unlock {0} boxes</source>
        <translation>解锁 {0} 个框</translation>
    </message>
    <message>
        <source>Mark a box as difficult</source>
        <translation>将一个框标记为困难</translation>
    </message>
    <message>
        <source>Mark {0} boxes as difficult</source>
        <translation>将 {0} 个框标记为困难</translation>
    </message>
    <message>
        <source>Mark a box as not difficult</source>
        <translation>取消一个框的困难标记</translation>
    </message>
    <message>
        <source>Mark {0} boxes as not difficult</source>
        <translation>取消 {0} 个框的困难标记</translation>
    </message>
    <message>
        <source>Mark a box as a crowd</source>
        <translation>将一个框标记为群体</translation>
    </message>
    <message>
        <source>Mark {0} boxes as crowds</source>
        <translation>将 {0} 个框标记为群体</translation>
    </message>
    <message>
        <source>Mark a box as no crowd</source>
        <translation>取消一个框的群体标记</translation>
    </message>
    <message>
        <source>Mark {0} boxes as no crowds</source>
        <translation>取消 {0} 个框的群体标记</translation>
    </message>
    <message>
        <source>Mark an image as new</source>
        <translation>将一张图像标记为未处理</translation>
    </message>
    <message>
        <source>Mark {0} images as new</source>
        <translation>将 {0} 张图像标记为未处理</translation>
    </message>
    <message>
        <source>Mark an image as labelled</source>
        <translation>将一张图像标记为已标注</translation>
    </message>
    <message>
        <source>Mark {0} images as labelled</source>
        <translation>将 {0} 张图像标记为已标注</translation>
    </message>
    <message>
        <source>Mark an image as verified</source>
        <translation>将一张图像标记为已核对</translation>
    </message>
    <message>
        <source>Mark {0} images as verified</source>
        <translation>将 {0} 张图像标记为已核对</translation>
    </message>
    <message>
        <source>Mark an image as empty</source>
        <translation>将一张图像标记为空</translation>
    </message>
    <message>
        <source>Mark {0} images as empty</source>
        <translation>将 {0} 张图像标记为空</translation>
    </message>
    <message>
        <source>The box has a coordinate that is not a number.</source>
        <translation>该框有一个坐标不是数值。</translation>
    </message>
    <message>
        <source>The box is {0} × {1} pixels: thinner than one pixel.</source>
        <translation>该框为 {0} × {1} 像素：不足一个像素。</translation>
    </message>
    <message>
        <source>The box lies outside the image, which is {0} × {1} pixels.</source>
        <translation>该框位于图像之外，图像为 {0} × {1} 像素。</translation>
    </message>
    <message>
        <source>Resize a box</source>
        <translation>调整一个框的大小</translation>
    </message>
    <message>
        <source>Resize {0} boxes</source>
        <translation>调整 {0} 个框的大小</translation>
    </message>
    <message>
        <source>Move a box</source>
        <translation>移动一个框</translation>
    </message>
    <message>
        <source>Move {0} boxes</source>
        <translation>移动 {0} 个框</translation>
    </message>
    <message>
        <source>Delete a box</source>
        <translation>删除一个框</translation>
    </message>
    <message>
        <source>Delete {0} boxes</source>
        <translation>删除 {0} 个框</translation>
    </message>
    <message>
        <source>Make a box {0}</source>
        <translation>将一个框改为“{0}”</translation>
    </message>
    <message>
        <source>Make {0} boxes {1}</source>
        <translation>将 {0} 个框改为“{1}”</translation>
    </message>
    <message>
        <source>Propagate boxes to another image</source>
        <translation>将框复制到另一张图像</translation>
    </message>
    <message>
        <source>Propagate boxes to {0} images</source>
        <translation>将框复制到 {0} 张图像</translation>
    </message>
    <message>
        <source>Accept a detection</source>
        <translation>接受一个检测结果</translation>
    </message>
    <message>
        <source>Accept {0} detections</source>
        <translation>接受 {0} 个检测结果</translation>
    </message>
    <message>
        <source>Refuse a detection</source>
        <translation>拒绝一个检测结果</translation>
    </message>
    <message>
        <source>Refuse {0} detections</source>
        <translation>拒绝 {0} 个检测结果</translation>
    </message>
    <message>
        <source>Import a box</source>
        <translation>导入 1 个框</translation>
    </message>
    <message>
        <source>Import {0} boxes</source>
        <translation>导入 {0} 个框</translation>
    </message>
    <message>
        <source>A journal entry is damaged: {0}.</source>
        <translation>一条编辑记录已损坏：{0}。</translation>
    </message>
    <message>
        <source>What is to be written is too large for a project.</source>
        <translation>要写入的内容太大，项目无法容纳。</translation>
    </message>
    <message>
        <source>The project {0} cannot be opened: {1}.</source>
        <translation>无法打开项目 {0}：{1}。</translation>
    </message>
    <message>
        <source>{0} is no project of FCOScope.</source>
        <translation>{0} 不是 FCOScope 项目。</translation>
    </message>
    <message>
        <source>The project {0} was made by a newer FCOScope (its form is {1}, this one knows {2}).</source>
        <translation>项目 {0} 由更新版本的 FCOScope 创建（其格式为 {1}，本程序支持到 {2}）。</translation>
    </message>
    <message>
        <source>The project {0} is read-only.</source>
        <translation>项目 {0} 是只读的。</translation>
    </message>
    <message>
        <source>The folder {0} cannot be written: {1}.</source>
        <translation>无法写入文件夹 {0}：{1}。</translation>
    </message>
    <message>
        <source>The project {0} is open for reading only.</source>
        <translation>项目 {0} 仅以只读方式打开。</translation>
    </message>
    <message>
        <source>The project {0} is not there any more: {1}.</source>
        <translation>项目 {0} 已不存在：{1}。</translation>
    </message>
    <message>
        <source>The project {0} was replaced by another file while it was open.</source>
        <translation>项目 {0} 在打开期间被另一个文件替换。</translation>
    </message>
    <message>
        <source>The project {0} cannot be written: the disk is full.</source>
        <translation>无法写入项目 {0}：磁盘已满。</translation>
    </message>
    <message>
        <source>The project {0} cannot be read or written: {1}.</source>
        <translation>无法读写项目 {0}：{1}。</translation>
    </message>
    <message>
        <source>The project {0} is damaged.</source>
        <translation>项目 {0} 已损坏。</translation>
    </message>
    <message>
        <source>The project {0} is in use by another program.</source>
        <translation>项目 {0} 正被另一个程序使用。</translation>
    </message>
    <message>
        <source>The project {0} is damaged: {1}.</source>
        <translation>项目 {0} 已损坏：{1}。</translation>
    </message>
    <message>
        <source>The project {0} cannot be used: {1}.</source>
        <translation>无法使用项目 {0}：{1}。</translation>
    </message>
    <message>
        <source>The project {0} cannot be written: {1}.</source>
        <translation>无法写入项目 {0}：{1}。</translation>
    </message>
    <message>
        <source>There is a project {0} already.</source>
        <translation>已有项目 {0}。</translation>
    </message>
    <message>
        <source>There is no project {0}.</source>
        <translation>没有项目 {0}。</translation>
    </message>
    <message>
        <source>Writing the project</source>
        <translation>正在写入项目</translation>
    </message>
    <message>
        <source>Say which format to write: --to coco, voc, yolo, labelme or csv.</source>
        <translation>请指明要写入的格式：--to coco、voc、yolo、labelme 或 csv。</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; is no format that can be written; there are coco, voc, yolo, labelme and csv.</source>
        <translation>“{0}”不是可写入的格式；可用的有 coco、voc、yolo、labelme 和 csv。</translation>
    </message>
    <message>
        <source>The format to write: coco, voc, yolo, labelme or csv; told by TARGET&apos;s ending if it is .json or .csv.</source>
        <translation>要写入的格式：coco、voc、yolo、labelme 或 csv；如果 TARGET 以 .json 或 .csv 结尾，则由其决定。</translation>
    </message>
    <message>
        <source>Write parts of these sizes (0.8,0.1,0.1) instead of one, split at random by image with every class shared out; they are called train, val and test.</source>
        <translation>按这些比例（0.8,0.1,0.1）写成几部分而不是一份，按图像随机划分，每个类别均匀分配；名称为 train、val 和 test。</translation>
    </message>
    <message>
        <source>Another split for another number.</source>
        <translation>换一个数字就得到另一种划分。</translation>
    </message>
    <message>
        <source>Write nothing, and end with exit code 2, if anything would be dropped or changed.</source>
        <translation>如果有任何内容会被丢弃或改变，则什么都不写，并以退出码 2 结束。</translation>
    </message>
    <message>
        <source>Print the report as one JSON object.</source>
        <translation>以一个 JSON 对象的形式输出报告。</translation>
    </message>
    <message>
        <source>At most so many things of a kind are listed one by one as text.</source>
        <translation>文本中每一类最多逐条列出这么多项。</translation>
    </message>
    <message>
        <source>A project, or a file or folder of labels, recognised by its content (PATH:SPLIT names a split); and the file (COCO, CSV) or folder to write.</source>
        <translation>项目，或按内容识别的标注文件或文件夹（PATH:SPLIT 指定划分）；以及要写入的文件（COCO、CSV）或文件夹。</translation>
    </message>
    <message>
        <source>Every box of this image can be learnt: some location of some level is its own.</source>
        <translation>这张图像中的每个框都能被学习：某一层的某个位置属于它。</translation>
    </message>
    <message>
        <source>Every listed image has been looked at.</source>
        <translation>列表中的每张图像都已看过。</translation>
    </message>
    <message>
        <source>Draw a box</source>
        <translation>画一个框</translation>
    </message>
    <message>
        <source>Locked boxes were not deleted: unlock them first.</source>
        <translation>锁定的框没有删除：请先解锁。</translation>
    </message>
    <message>
        <source>Paste boxes</source>
        <translation>粘贴框</translation>
    </message>
    <message>
        <source>Duplicate boxes</source>
        <translation>复制框</translation>
    </message>
    <message>
        <source>Nothing was copied: the next images have these boxes already, or there are none.</source>
        <translation>没有复制任何框：后面的图像已有这些框，或者后面没有图像了。</translation>
    </message>
    <message>
        <source>The image has boxes: delete them before you call it empty.</source>
        <translation>图像中有框：请先删除它们，再把图像标为空。</translation>
    </message>
    <message>
        <source>The file {0} is neither an image nor a model nor labels that FCOScope can open.</source>
        <translation>文件 {0} 既不是图像，也不是模型，也不是 FCOScope 能打开的标注。</translation>
    </message>
    <message>
        <source>{0} is not opened: {1} is a project of its own. Open them one after the other.</source>
        <translation>{0} 没有打开：{1} 是一个独立的项目。请逐个打开。</translation>
    </message>
    <message>
        <source>{0} is not opened: it is a project of its own. Open it by itself.</source>
        <translation>{0} 没有打开：它是一个独立的项目。请单独打开它。</translation>
    </message>
    <message>
        <source>The folder is still being read.</source>
        <translation>文件夹仍在读取中。</translation>
    </message>
    <message>
        <source>{0} is not opened, because {1} change(s) of {2} are not saved yet.</source>
        <translation>{0} 没有打开，因为 {2} 的 {1} 处修改尚未保存。</translation>
    </message>
    <message>
        <source>{0} entries of the labels cannot be used.</source>
        <translation>标注中有 {0} 条无法使用。</translation>
    </message>
    <message>
        <source>Take over the labels of another program</source>
        <translation>采用另一个程序的标注</translation>
    </message>
    <message>
        <source>Take images that nobody has looked at, too; what is not labelled in them counts as background.</source>
        <translation>没有人看过的图像也使用；其中未标注的内容算作背景。</translation>
    </message>
    <message>
        <source>The labels of {0} were made for {1} × {2} pixels, the picture has {3} × {4}: they may lie in the wrong place.</source>
        <translation>{0} 的标注对应 {1} × {2} 像素，而图像是 {3} × {4} 像素：标注的位置可能不对。</translation>
    </message>
    <message>
        <source>Stages of the backbone, from the picture on, that keep their weights: 1 is the stem, 5 all of it.</source>
        <translation>主干网络中从图像端起保持权重不变的阶段数：1 为 stem，5 为整个主干。</translation>
    </message>
    <message>
        <source>Show images with rare classes more often than others.</source>
        <translation>让含有稀有类别的图像更常出现。</translation>
    </message>
    <message>
        <source>Validations without a better AP after which training stops; 0 means never.</source>
        <translation>AP 连续多少次验证没有提高就停止训练；0 表示从不。</translation>
    </message>
    <message>
        <source>Step {0} was left out: its loss or gradient is no finite number. It saw the images {1}.</source>
        <translation>第 {0} 步被跳过：其损失或梯度不是有限数。该步使用的图像：{1}。</translation>
    </message>
    <message>
        <source>The loss is no longer a finite number at step {0}: stepped back to step {1}, the learning rate is {2} times what was asked for.</source>
        <translation>第 {0} 步的损失不再是有限数：已退回到第 {1} 步，学习率为设定值的 {2} 倍。</translation>
    </message>
    <message>
        <source>Memory ran out at step {0} with a single image in the batch. Smaller samples or a smaller network need less.</source>
        <translation>第 {0} 步内存不足，而批次中只有一张图像。更小的样本或更小的网络需要的内存更少。</translation>
    </message>
    <message>
        <source>No better AP in {0} validations.</source>
        <translation>连续 {0} 次验证 AP 没有提高。</translation>
    </message>
    <message>
        <source>Frozen stages would keep their random weights; give weights to start from, or set {0} to {1}.</source>
        <translation>冻结的阶段会一直保持随机权重；请指定起始权重，或把 {0} 设为 {1}。</translation>
    </message>
    <message>
        <source>{0} had no positive in {1} steps (boxes of its size: {2}).</source>
        <translation>{0} 在 {1} 步中没有任何正样本（属于该层尺寸的框：{2} 个）。</translation>
    </message>
    <message>
        <source>Class {0} had no positive in {1} steps: no location learns its boxes.</source>
        <translation>类别 {0} 在 {1} 步中没有任何正样本：没有位置在学习它的框。</translation>
    </message>
    <message>
        <source>Class {0} has no box to learn from.</source>
        <translation>类别 {0} 没有可供学习的框。</translation>
    </message>
    <message>
        <source>Class {0} has 1 box; expect little of it.</source>
        <translation>类别 {0} 只有 1 个框；不要期望太高。</translation>
    </message>
    <message>
        <source>Class {0} has {1} boxes; expect little of it.</source>
        <translation>类别 {0} 只有 {1} 个框；不要期望太高。</translation>
    </message>
    <message>
        <source>The loss has risen: its mean over {0} steps is {1}, and was {2} before. A lower learning rate may help.</source>
        <translation>损失上升了：最近 {0} 步的平均值为 {1}，此前为 {2}。降低学习率可能有帮助。</translation>
    </message>
    <message>
        <source>AP was {0} at step {1} and has not been reached again in {2} validations, the last {3}: from here on the model may learn its images by heart.</source>
        <translation>第 {1} 步时 AP 为 {0}，此后 {2} 次验证都没有再达到，最近一次为 {3}：从这里开始模型可能只是在背记训练图像。</translation>
    </message>
    <message>
        <source>The backbone of {0} (ResNet-{1}, width {2}) is not the one that is asked for (ResNet-{3}, width {4}); give the same depth, width and groups, or start from another model.</source>
        <translation>{0} 的骨干网络（ResNet-{1}，宽度 {2}）与要求的（ResNet-{3}，宽度 {4}）不同；请设相同的深度、宽度和分组，或从另一个模型开始。</translation>
    </message>
    <message>
        <source>With a learning rate of {0} nothing is learnt; set one above 0, such as {1}.</source>
        <translation>学习率为 {0} 时什么也学不到；请设大于 0 的值，例如 {1}。</translation>
    </message>
    <message>
        <source>A learning rate of {0} makes a trained model forget before it learns; set {1} or less.</source>
        <translation>学习率 {0} 会让训练好的模型在学会之前先遗忘；请设为 {1} 或更小。</translation>
    </message>
    <message>
        <source>A learning rate of {0} may make the loss grow instead of fall; try {1} or less.</source>
        <translation>学习率 {0} 可能使损失不降反升；请试 {1} 或更小的值。</translation>
    </message>
    <message>
        <source>A step looks at {0} images and there are {1} to train on, so it sees some of them twice; set a smaller batch.</source>
        <translation>每一步要看 {0} 张图像，而训练图像只有 {1} 张，其中一些会重复；请设更小的批量。</translation>
    </message>
    <message>
        <source>The warm-up ({0} steps) is as long as the training ({1} steps), so the learning rate is never reached; shorten the warm-up, or train for more epochs.</source>
        <translation>预热（{0} 步）与训练（{1} 步）一样长，永远达不到设定的学习率；请缩短预热，或训练更多轮。</translation>
    </message>
    <message>
        <source>There is no device {0}: this machine has {1} CUDA devices that can be used; set {2} to auto or cpu.</source>
        <translation>没有设备 {0}：本机有 {1} 个可用的 CUDA 设备；请把 {2} 设为 auto 或 cpu。</translation>
    </message>
    <message>
        <source>The training needs about {0} GB of memory and {1} GB are free; set a smaller batch or smaller samples, or close other programs.</source>
        <translation>训练约需 {0} GB 内存，而可用的有 {1} GB；请设更小的批量或样本，或关闭其他程序。</translation>
    </message>
    <message>
        <source>The training needs about {0} GB of the {1} GB of memory that are free; a smaller batch is safer.</source>
        <translation>训练约需可用的 {1} GB 内存中的 {0} GB；用更小的批量更稳妥。</translation>
    </message>
    <message>
        <source>The checkpoints need {0} GB and {1} has {2} GB left; make room, or train into another folder.</source>
        <translation>检查点需要 {0} GB，而 {1} 只剩 {2} GB；请腾出空间，或训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>{0} classes have no box to learn from ({1}); label some, or remove the classes that are not needed.</source>
        <translation>{0} 个类别没有可供学习的框（{1}）；请标注一些，或删除不需要的类别。</translation>
    </message>
    <message>
        <source>Class {0} has no box to learn from; label some, or remove the class.</source>
        <translation>类别 {0} 没有可供学习的框；请标注一些，或删除该类别。</translation>
    </message>
    <message>
        <source>Class {0} has 1 box to learn from, which is learnt by heart at best; label at least {1}, better 50.</source>
        <translation>类别 {0} 只有 1 个可供学习的框，至多只能死记；请至少标注 {1} 个，最好 50 个。</translation>
    </message>
    <message>
        <source>Class {0} has {1} boxes to learn from, which are learnt by heart at best; label at least {2}, better 50.</source>
        <translation>类别 {0} 只有 {1} 个可供学习的框，至多只能死记；请至少标注 {2} 个，最好 50 个。</translation>
    </message>
    <message>
        <source>{0} more classes have fewer than {1} boxes to learn from; label more of them.</source>
        <translation>另有 {0} 个类别可供学习的框少于 {1} 个；请多标注一些。</translation>
    </message>
    <message>
        <source>None of the images to train on ({0}) has a label to learn from; label one first, or choose others.</source>
        <translation>训练图像（{0} 张）都没有可供学习的标注；请先标注一张，或另选图像。</translation>
    </message>
    <message>
        <source>No images are kept for validation, so nobody will know how good the model is; keep some.</source>
        <translation>没有留出验证图像，因此无从得知模型的好坏；请留出一些。</translation>
    </message>
    <message>
        <source>{0} of {1} validation images are also trained on, which measures memory and not skill; label more images, or validate on others.</source>
        <translation>{1} 张验证图像中有 {0} 张也用于训练，这样测的是记忆而不是能力；请标注更多图像，或用其他图像验证。</translation>
    </message>
    <message>
        <source>The validation images ({0}) have no boxes, so there is nothing to measure; validate on images with labels.</source>
        <translation>验证图像（{0} 张）没有框，因此无可测量；请在有标注的图像上验证。</translation>
    </message>
    <message>
        <source>No validation image has a box of {0}, so the AP leaves this out; label more such boxes to measure it, too.</source>
        <translation>验证图像中没有 {0} 的框，AP 不会计入；请多标注这样的框，以便一并测量。</translation>
    </message>
    <message>
        <source>The image {0} is not there; restore the file, or leave the image out.</source>
        <translation>图像 {0} 不存在；请恢复该文件，或去掉这张图像。</translation>
    </message>
    <message>
        <source>The image {0} is {1} × {2} px, but its labels were made for {3} × {4} px; label it anew, or leave it out.</source>
        <translation>图像 {0} 为 {1} × {2} 像素，而其标注是为 {3} × {4} 像素做的；请重新标注，或去掉它。</translation>
    </message>
    <message>
        <source>The image {0} has {1} megapixels and the limit is {2}; leave it out, or raise the limit.</source>
        <translation>图像 {0} 有 {1} 百万像素，上限为 {2}；请去掉它，或提高上限。</translation>
    </message>
    <message>
        <source>{0} more entries of the labels could not be used as they stand; correct them, or train without them.</source>
        <translation>另有 {0} 条标注无法照原样使用；请更正，或不用它们训练。</translation>
    </message>
    <message>
        <source>{0} more image files cannot be used; restore them, or leave the images out.</source>
        <translation>另有 {0} 个图像文件无法使用；请恢复它们，或去掉这些图像。</translation>
    </message>
    <message>
        <source>Of {0} image files {1} were looked at; the others are read when the training starts, so wait for its first minute.</source>
        <translation>{0} 个图像文件中检查了 {1} 个；其余的在训练开始时读取，请等待最初一分钟。</translation>
    </message>
    <message>
        <source>{0} of {1} boxes that were looked at are learnt by no location in samples of {2} × {3} px; larger samples, or other ranges, may help.</source>
        <translation>在 {2} × {3} 像素的样本中，检查过的 {1} 个框里有 {0} 个没有任何位置学习；更大的样本或其他回归范围可能有帮助。</translation>
    </message>
    <message>
        <source>{0} of {1} boxes are narrower than {2} px in samples of {3} × {4} px, the distance of the finest locations; train on larger samples.</source>
        <translation>在 {3} × {4} 像素的样本中，{1} 个框里有 {0} 个窄于 {2} 像素，即最细一层位置的间距；请用更大的样本训练。</translation>
    </message>
    <message>
        <source>The file {0} does not hold what a model saw in a run.</source>
        <translation>文件 {0} 中不是训练期间模型的检测结果。</translation>
    </message>
    <message>
        <source>The trainer ended too early; its last words: {0}</source>
        <translation>训练进程过早结束；它最后的信息：{0}</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; is missing or of another kind</source>
        <translation>缺少“{0}”或其类型不对</translation>
    </message>
    <message>
        <source>&quot;{0}&quot; is {1}</source>
        <translation>“{0}”为 {1}</translation>
    </message>
    <message>
        <source>a box of {0} is not four numbers</source>
        <translation>{0} 的一个框不是四个数</translation>
    </message>
    <message>
        <source>a box of {0} has no area inside the image</source>
        <translation>{0} 的一个框在图像内没有面积</translation>
    </message>
    <message>
        <source>The file {0} does not hold the data of a run: {1}.</source>
        <translation>文件 {0} 中不是训练的数据：{1}。</translation>
    </message>
    <message>
        <source>The image {0} is no longer the file that the run was started with.</source>
        <translation>图像 {0} 已不是训练开始时的那个文件。</translation>
    </message>
    <message>
        <source>The run in {0} was started with {1} images in {2}, not {3} (see its dataset.json); train into another folder.</source>
        <translation>{0} 中的训练开始时 {2} 有 {1} 张图像，而不是 {3} 张（见其 dataset.json）；请训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>The run in {0} was started with another image than {1} is now (see its dataset.json); train into another folder.</source>
        <translation>{0} 中的训练开始时的图像与现在的 {1} 不同（见其 dataset.json）；请训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>The run in {0} was started with other labels of {1} (see its dataset.json); train into another folder.</source>
        <translation>{0} 中的训练开始时 {1} 的标注与现在不同（见其 dataset.json）；请训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>The run in {0} was started with the classes {1}, not {2} (see its dataset.json); train into another folder.</source>
        <translation>{0} 中的训练开始时的类别为 {1}，而不是 {2}（见其 dataset.json）；请训练到另一个文件夹。</translation>
    </message>
    <message>
        <source>Nobody has looked at the images that are chosen ({0}); confirm their labels first, or take images without review, too.</source>
        <translation>所选的图像（{0} 张）尚无人审阅；请先确认其标注，或把未审阅的图像也包括进来。</translation>
    </message>
    <message>
        <source>None of the images that are chosen ({0}) has a label to learn from; label one first, or choose others.</source>
        <translation>所选的图像（{0} 张）都没有可供学习的标注；请先标注一张，或另选图像。</translation>
    </message>
    <message>
        <source>FCOScope made a mistake of its own: {0}</source>
        <translation>FCOScope 自身出错：{0}</translation>
    </message>
    <message>
        <source>There is nothing to compare the new model with.</source>
        <translation>没有可与新模型比较的对象。</translation>
    </message>
    <message>
        <source>The trainer {0} cannot be started.</source>
        <translation>无法启动训练程序 {0}。</translation>
    </message>
    <message>
        <source>Memory ran out. A smaller batch, smaller samples or a smaller network need less.</source>
        <translation>内存不足。更小的批次、更小的样本或更小的网络需要的内存更少。</translation>
    </message>
    <message>
        <source>The run has been through all its {0} epochs; give it more to go on.</source>
        <translation>该运行已完成全部 {0} 个轮次；要继续请增加轮次。</translation>
    </message>
    <message>
        <source>The run stopped by itself: no better AP in {0} validations. Set a higher patience to go on, or 0 for none.</source>
        <translation>该运行已自行停止：连续 {0} 次验证没有更好的 AP。要继续请调高耐心值，或设为 0 表示不限。</translation>
    </message>
    <message>
        <source>Training {0} goes on; the next one can start after it.</source>
        <translation>训练 {0} 正在进行；下一次训练要等它结束后才能开始。</translation>
    </message>
    <message>
        <source>looking at image {0} of {1}</source>
        <translation>正在查看第 {0} 幅图像，共 {1} 幅</translation>
    </message>
    <message>
        <source>Memory ran out at step {0}: batches have {1} images instead of {2} from here on, and the gradients of {3} batches are added up, so that a step still learns from {4} images; each batch&apos;s loss is divided by its own positives.</source>
        <translation>第 {0} 步内存耗尽：从这里起每批 {1} 张图像而不是 {2} 张，并累加 {3} 批的梯度，因此每一步仍从 {4} 张图像学习；每批的损失除以它自己的正样本数。</translation>
    </message>
    <message>
        <source>Memory ran out while step {0} was measured; the run goes on without that figure.</source>
        <translation>在第 {0} 步验证时内存耗尽；训练继续进行，这次没有结果。</translation>
    </message>
    <message>
        <source>The trainer ended without a word, as if it was killed: by somebody, by the system because memory ran out, or because the machine went down.</source>
        <translation>训练程序没有留下任何信息就结束了，好像被终止：可能被人终止，可能因内存耗尽被系统终止，也可能机器已关机。</translation>
    </message>
    <message>
        <source>The run folder {0} is gone.</source>
        <translation>训练文件夹 {0} 已经不在了。</translation>
    </message>
    <message>
        <source>there is no room on the disk of {0}; what was learnt waits until there is</source>
        <translation>{0} 所在的磁盘没有空间；学到的内容会一直等到有空间为止</translation>
    </message>
    <message>
        <source>The project {0} is open in another FCOScope (process {1} on {2}). Close it there, then open it here again.</source>
        <translation>项目 {0} 已在另一个 FCOScope 中打开（{2} 上的进程 {1}）。请先在那里关闭它，再在此处重新打开。</translation>
    </message>
    <message>
        <source>The project {0} is open in another FCOScope. Close it there, then open it here again.</source>
        <translation>项目 {0} 已在另一个 FCOScope 中打开。请先在那里关闭它，再在此处重新打开。</translation>
    </message>
    <message>
        <source>This model has not looked at these images yet: detect in all images first.</source>
        <translation>该模型尚未检测这些图像：请先在所有图像中检测。</translation>
    </message>
    <message>
        <source>Nothing is left to be accepted: what was detected is labelled, refused, or below the score threshold.</source>
        <translation>没有可接受的了：检测结果已有标注、已被拒绝或低于得分阈值。</translation>
    </message>
    <message>
        <source>The labels of {0} are open, but its journal is damaged: what was done in earlier sessions cannot be undone.</source>
        <translation>{0} 的标注已打开，但其操作日志已损坏：之前会话中的操作无法撤销。</translation>
    </message>
    <message>
        <source>The labels of {0} are open, but it is damaged: the label files of single images are not kept in step.</source>
        <translation>{0} 的标注已打开，但该文件已损坏：各图像的标注文件不会保持同步。</translation>
    </message>
    <message>
        <source>The labels of {0} were moved, and their label files lie elsewhere: these are no longer kept in step.</source>
        <translation>{0} 的标注已被移动，而其标注文件位于别处：这些文件不再保持同步。</translation>
    </message>
    <message>
        <source>{0} would be the label file of several images, so it is left as it is.</source>
        <translation>{0} 会同时成为多张图像的标注文件，因此保持原样。</translation>
    </message>
    <message>
        <source>Read the label files of new images</source>
        <translation>读取新图像的标注文件</translation>
    </message>
    <message>
        <source>Comparing label files</source>
        <translation>正在比对标注文件</translation>
    </message>
    <message>
        <source>Of the {0} images to measure on {1} could not be read, the first is {2}: no AP comes of this, for it could not be compared.</source>
        <translation>用于验证的 {0} 张图像中有 {1} 张无法读取，第一张是 {2}：这次不给出 AP，因为它无法比较。</translation>
    </message>
    <message>
        <source>The label file {0} cannot be read, so it is left as it is.</source>
        <translation>无法读取标注文件 {0}，因此保持原样。</translation>
    </message>
    <message>
        <source>Another folder or model has been opened meanwhile: nothing was accepted.</source>
        <translation>其间打开了另一个文件夹或模型：未接受任何内容。</translation>
    </message>
</context>
<context>
    <name>fcoscope::AssignmentPanel</name>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>%1 alone</source>
        <translation>仅 %1</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Assign</source>
        <translation>分配</translation>
    </message>
    <message>
        <source>Stop assigning</source>
        <translation>停止分配</translation>
    </message>
    <message>
        <source>Assign the labels of every image of the data set to locations; needs no model</source>
        <translation>把数据集中每张图像的标注分配给位置；不需要模型</translation>
    </message>
    <message>
        <source>Open a data set with labels to see how they are assigned to locations.</source>
        <translation>打开带标注的数据集，查看标注如何分配给位置。</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>How much of this data set can be learnt at all: which labels no location learns, and which get in each other&apos;s way.</source>
        <translation>这个数据集究竟有多少可以学习：哪些标注没有位置学习，哪些互相妨碍。</translation>
    </message>
    <message>
        <source>Best possible recall</source>
        <translation>最佳可能召回率</translation>
    </message>
    <message>
        <source>Share of the labels that at least one location learns</source>
        <translation>至少有一个位置学习的标注所占的比例</translation>
    </message>
    <message>
        <source>Ambiguous samples</source>
        <translation>歧义样本</translation>
    </message>
    <message>
        <source>Share of the positive locations that two or more labels claim</source>
        <translation>被两个或更多标注争取的正位置所占的比例</translation>
    </message>
    <message>
        <source>of different classes</source>
        <translation>不同类别之间</translation>
    </message>
    <message>
        <source>Share of the positive locations that labels of different classes claim</source>
        <translation>被不同类别的标注争取的正位置所占的比例</translation>
    </message>
    <message>
        <source>Positive locations of each level</source>
        <translation>各层的正位置</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write these figures as JSON or CSV</source>
        <translation>把这些数字写成 JSON 或 CSV</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Boxes that no location can learn</source>
        <translation>没有位置能学习的框</translation>
    </message>
    <message>
        <source>Pairs of classes that claim the same locations</source>
        <translation>争取相同位置的类别对</translation>
    </message>
    <message>
        <source>Enter or a double click opens the image at the box</source>
        <translation>按回车键或双击可打开图像并显示此框</translation>
    </message>
    <message>
        <source>Never learnt (%1)</source>
        <translation>无法学习（%1）</translation>
    </message>
    <message>
        <source>Pairs of classes (%1)</source>
        <translation>类别对（%1）</translation>
    </message>
    <message>
        <source>%1, profile %2: %3 labels in %4 images</source>
        <translation>%1，配置 %2：%4 张图像中有 %3 个标注</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
</context>
<context>
    <name>fcoscope::AssignmentSummary</name>
    <message>
        <source>%1 of %2 labels are learnt.</source>
        <translation>%2 个标注中有 %1 个被学习。</translation>
    </message>
    <message>
        <source>Positive locations: %1 (%2).</source>
        <translation>正样本位置：%1（%2）。</translation>
    </message>
    <message>
        <source>Ambiguous: %1, of different classes: %2.</source>
        <translation>模糊样本：%1，其中不同类别：%2。</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>框</translation>
    </message>
    <message>
        <source>Learnt by</source>
        <translation>学习它的位置</translation>
    </message>
    <message>
        <source>Lost</source>
        <translation>落败</translation>
    </message>
    <message>
        <source>Locations that learn this box</source>
        <translation>学习此框的位置数</translation>
    </message>
    <message>
        <source>Locations that this box claims and another one is learnt at</source>
        <translation>此框也占有、但学习的是另一个框的位置数</translation>
    </message>
    <message>
        <source>Boxes and the locations that learn them</source>
        <translation>各框及学习它们的位置</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>No location learns this box.</source>
        <translation>没有位置学习此框。</translation>
    </message>
    <message>
        <source>The %1 of %2 boxes that fare worst.</source>
        <translation>%2 个框中情况最差的 %1 个。</translation>
    </message>
</context>
<context>
    <name>fcoscope::AugmentPreview</name>
    <message>
        <source>Samples: %1, boxes: %2, positives: %3</source>
        <translation>样本：%1，框：%2，正样本：%3</translation>
    </message>
    <message>
        <source>A dot is a location that learns the box of its colour; its rings say on which level.</source>
        <translation>一个点是一个位置，学习与它同色的框；圆环数表示所在的层。</translation>
    </message>
    <message>
        <source>Being made…</source>
        <translation>正在生成…</translation>
    </message>
    <message>
        <source>Draw others</source>
        <translation>换一批</translation>
    </message>
    <message>
        <source>Draw flip, scale, crop and colours of the samples anew</source>
        <translation>重新抽取样本的翻转、缩放、裁剪和颜色</translation>
    </message>
    <message>
        <source>There are no samples to show.</source>
        <translation>没有可显示的样本。</translation>
    </message>
    <message>
        <source>Training samples</source>
        <translation>训练样本</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
</context>
<context>
    <name>fcoscope::Canvas</name>
    <message>
        <source>There is no picture in this file.</source>
        <translation>此文件中没有图像。</translation>
    </message>
    <message>
        <source>Open an image to see what FCOS finds in it</source>
        <translation>打开一张图像，看看 FCOS 能发现什么</translation>
    </message>
    <message>
        <source>Drop images, folders or a model here, or choose a file.</source>
        <translation>把图像、文件夹或模型拖放到这里，或选择文件。</translation>
    </message>
    <message>
        <source>Open images…</source>
        <translation>打开图像…</translation>
    </message>
    <message>
        <source>%1 cannot be shown</source>
        <translation>无法显示 %1</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>No image is open.</source>
        <translation>没有打开的图像。</translation>
    </message>
    <message>
        <source>Loading %1…</source>
        <translation>正在加载 %1…</translation>
    </message>
    <message>
        <source>%1, %2 × %3 pixels</source>
        <translation>%1，%2 × %3 像素</translation>
    </message>
    <message>
        <source>detections: %1</source>
        <translation>检测结果：%1 个</translation>
    </message>
    <message>
        <source>Selected: %1</source>
        <translation>已选中：%1</translation>
    </message>
    <message>
        <source>Detecting…</source>
        <translation>正在检测…</translation>
    </message>
</context>
<context>
    <name>fcoscope::ClassApTable</name>
    <message>
        <source>AP of each class</source>
        <translation>各类别的 AP</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>AP</source>
        <translation>AP</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Since the validation before</source>
        <translation>与上一次验证相比</translation>
    </message>
    <message>
        <source>no labels</source>
        <translation>无标注</translation>
    </message>
</context>
<context>
    <name>fcoscope::ClassPairModel</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>and class</source>
        <translation>与类别</translation>
    </message>
    <message>
        <source>Locations</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>learn the first</source>
        <translation>学习前者</translation>
    </message>
    <message>
        <source>the second</source>
        <translation>学习后者</translation>
    </message>
    <message>
        <source>Locations that a label of %1 and one of %2 claim; the smaller box is learnt.</source>
        <translation>同时被 %1 和 %2 的标注争取的位置；学习其中较小的框。</translation>
    </message>
</context>
<context>
    <name>fcoscope::ClassTable</name>
    <message>
        <source>no number key</source>
        <translation>无数字键</translation>
    </message>
    <message>
        <source>number key %1</source>
        <translation>数字键 %1</translation>
    </message>
    <message>
        <source>boxes: %1</source>
        <translation>框：%1</translation>
    </message>
    <message>
        <source>images: %1</source>
        <translation>图像：%1</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>框</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>The number key that gives this class</source>
        <translation>选择该类别的数字键</translation>
    </message>
</context>
<context>
    <name>fcoscope::ClassesPanel</name>
    <message>
        <source>There is a class %1 already. To make one of two classes, merge them.</source>
        <translation>类别 %1 已存在。要把两个类别合为一个，请使用合并。</translation>
    </message>
    <message>
        <source>Colour %1</source>
        <translation>颜色 %1</translation>
    </message>
    <message>
        <source>Other colour…</source>
        <translation>其他颜色…</translation>
    </message>
    <message>
        <source>The colour of its place</source>
        <translation>按其位置的默认颜色</translation>
    </message>
    <message>
        <source>Colour of %1</source>
        <translation>%1 的颜色</translation>
    </message>
    <message>
        <source>Make all boxes of %1 boxes of another class, and delete %1?</source>
        <translation>将 %1 的所有框改为另一个类别，并删除 %1？</translation>
    </message>
    <message>
        <source>Delete the class %1 with its boxes?</source>
        <translation>删除类别 %1 及其所有框？</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Rename the class</source>
        <translation>重命名该类别</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Colour of the class</source>
        <translation>该类别的颜色</translation>
    </message>
    <message>
        <source>Merge…</source>
        <translation>合并…</translation>
    </message>
    <message>
        <source>Merge the class into another one</source>
        <translation>将该类别合并到另一个类别</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Delete the class</source>
        <translation>删除该类别</translation>
    </message>
    <message>
        <source>New class</source>
        <translation>新类别</translation>
    </message>
    <message>
        <source>Name of a new class</source>
        <translation>新类别的名称</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add a class</source>
        <translation>添加类别</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Merge into</source>
        <translation>合并到</translation>
    </message>
</context>
<context>
    <name>fcoscope::CommandPalette</name>
    <message>
        <source>Find an action</source>
        <translation>查找操作</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>您想做什么？</translation>
    </message>
    <message>
        <source>Actions</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>not available</source>
        <translation>不可用</translation>
    </message>
</context>
<context>
    <name>fcoscope::CountTable</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>With the model&apos;s own profile</source>
        <translation>使用模型自己的配置</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>假设</translation>
    </message>
    <message>
        <source>With what is set below</source>
        <translation>使用下面的设置</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Best possible recall</source>
        <translation>最佳可能召回率</translation>
    </message>
    <message>
        <source>Positives</source>
        <translation>正样本</translation>
    </message>
    <message>
        <source>Ambiguous</source>
        <translation>模糊样本</translation>
    </message>
    <message>
        <source>… of other classes</source>
        <translation>… 类别不同的</translation>
    </message>
    <message>
        <source>Share of the labels that at least one location learns</source>
        <translation>至少有一个位置学习的标注所占的比例</translation>
    </message>
    <message>
        <source>Locations that learn a label</source>
        <translation>学习某个标注的位置</translation>
    </message>
    <message>
        <source>Positive locations that two or more labels claim</source>
        <translation>被两个或更多标注争夺的正样本位置</translation>
    </message>
    <message>
        <source>Ambiguous locations whose labels are of different classes</source>
        <translation>争夺同一位置的标注类别不同的模糊位置</translation>
    </message>
    <message>
        <source>%1 of %2 labels are learnt by a location</source>
        <translation>%2 个标注中有 %1 个被某个位置学习</translation>
    </message>
</context>
<context>
    <name>fcoscope::CurvePlot</name>
    <message>
        <source>%1: %2 at step %3</source>
        <translation>%1：第 %3 步为 %2</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>显示全部</translation>
    </message>
    <message>
        <source>Show all steps and follow the newest again (Home)</source>
        <translation>显示所有步并重新跟随最新一步（Home）</translation>
    </message>
    <message>
        <source>After a click the wheel zooms the steps, with Ctrl the values.</source>
        <translation>点击后，滚轮缩放步数，按住 Ctrl 缩放数值。</translation>
    </message>
    <message>
        <source>The wheel zooms the steps, with Ctrl the values.</source>
        <translation>滚轮缩放步数，按住 Ctrl 缩放数值。</translation>
    </message>
    <message>
        <source>Drag to move, double click to show all.</source>
        <translation>拖动以移动，双击显示全部。</translation>
    </message>
    <message>
        <source>No points yet</source>
        <translation>还没有数据点</translation>
    </message>
    <message>
        <source>Every line is switched off</source>
        <translation>所有曲线都已关闭</translation>
    </message>
    <message numerus="yes">
        <source>None of %n value(s) is a number</source>
        <translation>
            <numerusform>%n 个值中没有一个是数字</numerusform>
        </translation>
    </message>
    <message>
        <source>No value is above 0, as a logarithmic scale needs</source>
        <translation>没有大于 0 的值，无法用对数刻度显示</translation>
    </message>
    <message>
        <source>No values here</source>
        <translation>此处没有值</translation>
    </message>
    <message numerus="yes">
        <source>%n gap(s): no number</source>
        <translation>
            <numerusform>%n 处空缺：不是数字</numerusform>
        </translation>
    </message>
    <message>
        <source>Step %1</source>
        <translation>第 %1 步</translation>
    </message>
</context>
<context>
    <name>fcoscope::DetectionModel</name>
    <message>
        <source>Class of the object</source>
        <translation>目标的类别</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Score by which detections are ranked</source>
        <translation>用于排序的得分</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Class probability p</source>
        <translation>类别概率 p</translation>
    </message>
    <message>
        <source>p</source>
        <comment>class probability</comment>
        <translation>p</translation>
    </message>
    <message>
        <source>Centerness o</source>
        <translation>中心度 o</translation>
    </message>
    <message>
        <source>o</source>
        <comment>centerness</comment>
        <translation>o</translation>
    </message>
    <message>
        <source>Pyramid level the box came from</source>
        <translation>边框来自的金字塔层</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Location on that level: column, row</source>
        <translation>在该层上的位置：列、行</translation>
    </message>
    <message>
        <source>Location</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Left side in image pixels</source>
        <translation>左边，图像像素</translation>
    </message>
    <message>
        <source>x</source>
        <comment>left side</comment>
        <translation>x</translation>
    </message>
    <message>
        <source>Upper side in image pixels</source>
        <translation>上边，图像像素</translation>
    </message>
    <message>
        <source>y</source>
        <comment>upper side</comment>
        <translation>y</translation>
    </message>
    <message>
        <source>Width in image pixels</source>
        <translation>宽度，图像像素</translation>
    </message>
    <message>
        <source>w</source>
        <comment>width</comment>
        <translation>宽</translation>
    </message>
    <message>
        <source>Height in image pixels</source>
        <translation>高度，图像像素</translation>
    </message>
    <message>
        <source>h</source>
        <comment>height</comment>
        <translation>高</translation>
    </message>
</context>
<context>
    <name>fcoscope::DetectionPanel</name>
    <message>
        <source>All classes (%1)</source>
        <translation>全部类别（%1）</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Show one class only</source>
        <translation>只显示一个类别</translation>
    </message>
    <message>
        <source>No detections</source>
        <translation>没有检测结果</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 个中的 %1 个</translation>
    </message>
</context>
<context>
    <name>fcoscope::DetectionTable</name>
    <message>
        <source>%1 px</source>
        <translation>%1 像素</translation>
    </message>
    <message>
        <source>Detections</source>
        <translation>检测结果</translation>
    </message>
</context>
<context>
    <name>fcoscope::ExportDialog</name>
    <message>
        <source>Export figure</source>
        <translation>导出图</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation>大小(&amp;S)</translation>
    </message>
    <message>
        <source>S&amp;cale</source>
        <translation>缩放(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Ground</source>
        <translation>背景(&amp;G)</translation>
    </message>
    <message>
        <source>A PNG, SVG or PDF, by the ending of its name</source>
        <translation>PNG、SVG 或 PDF，由文件扩展名决定</translation>
    </message>
    <message>
        <source>Width in logical pixels</source>
        <translation>宽度（逻辑像素）</translation>
    </message>
    <message>
        <source>Height in logical pixels</source>
        <translation>高度（逻辑像素）</translation>
    </message>
    <message>
        <source>Pixels of a PNG for each logical pixel</source>
        <translation>每个逻辑像素对应的 PNG 像素数</translation>
    </message>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Ground of the figure</source>
        <translation>图的背景</translation>
    </message>
    <message>
        <source>With a &amp;legend</source>
        <translation>带图例(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Pictures (*.png);;Scalable drawings (*.svg);;Documents (*.pdf)</source>
        <translation>图片 (*.png);;可缩放图形 (*.svg);;文档 (*.pdf)</translation>
    </message>
    <message>
        <source>Drawing…</source>
        <translation>正在绘制…</translation>
    </message>
</context>
<context>
    <name>fcoscope::FindingList</name>
    <message>
        <source>Obstacle</source>
        <translation>障碍</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>What was found before the start</source>
        <translation>开始前的检查结果</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>Show the image %1</source>
        <translation>显示图像 %1</translation>
    </message>
    <message>
        <source>Show the setting that would change it</source>
        <translation>显示能改变它的设置</translation>
    </message>
</context>
<context>
    <name>fcoscope::ImageFilter</name>
    <message>
        <source>More filters and the order</source>
        <translation>更多筛选条件与顺序</translation>
    </message>
    <message>
        <source>More filters and the order; some are in use</source>
        <translation>更多筛选条件与顺序；有些正在使用</translation>
    </message>
    <message>
        <source>No images</source>
        <translation>没有图像</translation>
    </message>
    <message>
        <source>Images: %1</source>
        <translation>图像：%1 张</translation>
    </message>
    <message>
        <source>%1 of %2 images</source>
        <translation>%2 张图像中的 %1 张</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Filter images by name</source>
        <translation>按名称筛选图像</translation>
    </message>
    <message>
        <source>With a box of</source>
        <translation>含有以下类别的框</translation>
    </message>
    <message>
        <source>Show images with a box of these classes</source>
        <translation>显示含有这些类别的框的图像</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新</translation>
    </message>
    <message>
        <source>Labelled</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>已核对</translation>
    </message>
    <message>
        <source>Empty on purpose</source>
        <translation>确认无目标</translation>
    </message>
    <message>
        <source>Number of boxes</source>
        <translation>框的数量</translation>
    </message>
    <message>
        <source>any</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>Least number of boxes</source>
        <translation>最少框数</translation>
    </message>
    <message>
        <source>Most boxes</source>
        <translation>最多框数</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>顺序</translation>
    </message>
    <message>
        <source>As listed</source>
        <translation>按列表顺序</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>By number of boxes</source>
        <translation>按框的数量</translation>
    </message>
    <message>
        <source>By status</source>
        <translation>按状态</translation>
    </message>
    <message>
        <source>By the least sure box</source>
        <translation>按最不确定的框</translation>
    </message>
    <message>
        <source>Order of the images</source>
        <translation>图像的顺序</translation>
    </message>
    <message>
        <source>Descending</source>
        <translation>降序</translation>
    </message>
    <message>
        <source>Descending order</source>
        <translation>降序排列</translation>
    </message>
    <message>
        <source>Names only, without pictures</source>
        <translation>仅显示名称，不显示缩略图</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Show all images</source>
        <translation>显示全部图像</translation>
    </message>
    <message>
        <source>Clear the filter: show all images</source>
        <translation>清除筛选：显示全部图像</translation>
    </message>
</context>
<context>
    <name>fcoscope::ImageList</name>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
</context>
<context>
    <name>fcoscope::ImageListModel</name>
    <message>
        <source>loading</source>
        <translation>正在加载</translation>
    </message>
    <message>
        <source>detecting</source>
        <translation>正在检测</translation>
    </message>
    <message>
        <source>detections: %1</source>
        <translation>检测结果：%1 个</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新</translation>
    </message>
    <message>
        <source>labelled</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>verified</source>
        <translation>已核实</translation>
    </message>
    <message>
        <source>empty on purpose</source>
        <translation>确认无目标</translation>
    </message>
    <message>
        <source>labels: %1</source>
        <translation>标注：%1</translation>
    </message>
</context>
<context>
    <name>fcoscope::KeyBindings</name>
    <message>
        <source>These settings of keys name no action or no key, or claim a key twice, and are passed over: %1.</source>
        <translation>以下按键设置没有对应的操作或按键，或重复占用了同一按键，因此被忽略：%1。</translation>
    </message>
    <message>
        <source>This is not a key that an action can have.</source>
        <translation>这不是操作可以使用的按键。</translation>
    </message>
    <message>
        <source>%1 is needed by the picture, by lists and by fields.</source>
        <translation>%1 是图像、列表和输入框需要的按键。</translation>
    </message>
    <message>
        <source>%1 opens the menu %2.</source>
        <translation>%1 用于打开菜单“%2”。</translation>
    </message>
</context>
<context>
    <name>fcoscope::KeyRecorder</name>
    <message>
        <source>Press the key…</source>
        <translation>请按下按键…</translation>
    </message>
</context>
<context>
    <name>fcoscope::KeysDialog</name>
    <message>
        <source>changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1：%2</translation>
    </message>
    <message>
        <source>%1 is the key of “%2”.</source>
        <translation>%1 是“%2”的按键。</translation>
    </message>
    <message>
        <source>Take the key from it</source>
        <translation>改归此操作</translation>
    </message>
    <message>
        <source>All actions get the keys back that they came with.</source>
        <translation>所有操作将恢复原来的按键。</translation>
    </message>
    <message>
        <source>Reset them</source>
        <translation>全部恢复</translation>
    </message>
    <message>
        <source>Customise keys</source>
        <translation>自定义按键</translation>
    </message>
    <message>
        <source>Search by words or keys</source>
        <translation>按文字或按键搜索</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>Actions and their keys</source>
        <translation>操作及其按键</translation>
    </message>
    <message>
        <source>Set key</source>
        <translation>设置按键</translation>
    </message>
    <message>
        <source>Add a key</source>
        <translation>添加按键</translation>
    </message>
    <message>
        <source>Remove keys</source>
        <translation>移除按键</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>全部重置</translation>
    </message>
    <message>
        <source>Press this, then the key that the action gets instead of those it has</source>
        <translation>按下此按钮，再按下要取代现有按键的按键</translation>
    </message>
    <message>
        <source>Press this, then a key that the action gets besides those it has</source>
        <translation>按下此按钮，再按下要增加的按键</translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelDocks</name>
    <message>
        <source>Undone: %1</source>
        <translation>已撤销：%1</translation>
    </message>
    <message>
        <source>Done again: %1</source>
        <translation>已重做：%1</translation>
    </message>
    <message>
        <source>Propagate boxes</source>
        <translation>传播框</translation>
    </message>
    <message>
        <source>Into how many of the next images?</source>
        <translation>传播到后面多少张图像？</translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) imported.</source>
        <translation>
            <numerusform>导入了 %n 个框。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n were there already.</source>
        <translation>
            <numerusform>其中 %n 个已经存在。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Of %n image(s) nothing was taken: they are not open, the first is %1.</source>
        <translation>
            <numerusform>有 %n 张图像未采用：它们没有打开，第一张是 %1。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n entries cannot be used.</source>
        <translation>
            <numerusform>有 %n 条无法使用。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in %n image(s)</source>
        <translation>
            <numerusform>（在 %n 张图像中）</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) %1 get the other class.</source>
        <translation>
            <numerusform>%n 个框%1将改为另一个类别。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) %1 are deleted with it.</source>
        <translation>
            <numerusform>%n 个框%1将随之删除。</numerusform>
        </translation>
    </message>
    <message>
        <source>Accept detections of all images</source>
        <translation>接受所有图像的检测</translation>
    </message>
    <message numerus="yes">
        <source>%n box(es) %1 become labels: what was detected with a score of at least %2 and is neither labelled nor refused. Images that are verified or empty stay as they are.</source>
        <translation>
            <numerusform>%n 个框%1将变为标注：得分不低于 %2、既未标注也未被拒绝的检测结果。已核实或确认为空的图像保持不变。</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Accept</source>
        <translation>接受(&amp;A)</translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelExportDialog</name>
    <message numerus="yes">
        <source>%n image(s) without review were left out.</source>
        <translation>
            <numerusform>略去了 %n 张未审阅的图像。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>… and %n more of the same kind.</source>
        <translation>
            <numerusform>……以及另外 %n 条同类内容。</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing was lost or changed.</source>
        <translation>没有任何内容丢失或改变。</translation>
    </message>
    <message>
        <source>Export labels</source>
        <translation>导出标注</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>格式(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;To</source>
        <translation>到(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Parts</source>
        <translation>分成(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Seed of the split</source>
        <translation>划分的种子(&amp;S)</translation>
    </message>
    <message>
        <source>Images that nobody has looked at, &amp;too</source>
        <translation>没有人看过的图像也导出(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>导出(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>What was written, and everything that the files do not hold as the project has it.</source>
        <translation>写出了什么，以及文件中与项目不一致的所有内容。</translation>
    </message>
    <message>
        <source>Written: images %1, boxes %2, classes %3.</source>
        <translation>已写入：图像 %1，框 %2，类别 %3。</translation>
    </message>
    <message>
        <source>There is something in %1 already. Files of the same names will be replaced.</source>
        <translation>%1 中已有内容。同名文件将被替换。</translation>
    </message>
    <message>
        <source>%1 is there already. It will be replaced.</source>
        <translation>%1 已存在，将被替换。</translation>
    </message>
    <message>
        <source>&amp;Replace</source>
        <translation>替换(&amp;R)</translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelTool</name>
    <message>
        <source>%1 (crowd)</source>
        <translation>%1（群体）</translation>
    </message>
    <message>
        <source>%1 (difficult)</source>
        <translation>%1（困难）</translation>
    </message>
    <message>
        <source>Locked labels are not changed; unlock them first.</source>
        <translation>已锁定的标注不会更改；请先解锁。</translation>
    </message>
    <message>
        <source>A label has to be at least one pixel of the image wide and high.</source>
        <translation>标注的宽和高至少要有图像的一个像素。</translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelsModel</name>
    <message>
        <source>no</source>
        <comment>no location learns it</comment>
        <translation>否</translation>
    </message>
    <message>
        <source>No location can learn this label.</source>
        <translation>没有位置能学习这个标注。</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Class of the object</source>
        <translation>目标的类别</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Left side in image pixels</source>
        <translation>左边，图像像素</translation>
    </message>
    <message>
        <source>x</source>
        <comment>left side</comment>
        <translation>x</translation>
    </message>
    <message>
        <source>Upper side in image pixels</source>
        <translation>上边，图像像素</translation>
    </message>
    <message>
        <source>y</source>
        <comment>upper side</comment>
        <translation>y</translation>
    </message>
    <message>
        <source>Width in image pixels</source>
        <translation>宽度，图像像素</translation>
    </message>
    <message>
        <source>w</source>
        <comment>width</comment>
        <translation>宽</translation>
    </message>
    <message>
        <source>Height in image pixels</source>
        <translation>高度，图像像素</translation>
    </message>
    <message>
        <source>h</source>
        <comment>height</comment>
        <translation>高</translation>
    </message>
    <message>
        <source>Score of the detection it was accepted from</source>
        <translation>采纳自的检测结果的得分</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Whether a location can learn it</source>
        <translation>是否有位置能学习它</translation>
    </message>
    <message>
        <source>Learnt</source>
        <translation>可学</translation>
    </message>
    <message>
        <source>Difficult: kept apart in evaluation</source>
        <translation>困难：评估时单独处理</translation>
    </message>
    <message>
        <source>Difficult</source>
        <translation>困难</translation>
    </message>
    <message>
        <source>A crowd of objects in one box: never trained on</source>
        <translation>一个框内的一群目标：从不用于训练</translation>
    </message>
    <message>
        <source>Crowd</source>
        <translation>群体</translation>
    </message>
    <message>
        <source>Locked: no gesture changes it</source>
        <translation>锁定：任何手势都不会更改它</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Hidden: not shown over the picture</source>
        <translation>隐藏：不显示在图像上</translation>
    </message>
    <message>
        <source>Hidden</source>
        <translation>隐藏</translation>
    </message>
    <message>
        <source>“%1” is no number.</source>
        <translation>“%1”不是数字。</translation>
    </message>
    <message>
        <source>With %1 the label would reach beyond the image of %2 × %3 pixels.</source>
        <translation>取 %1 时标注会超出 %2 × %3 像素的图像。</translation>
    </message>
</context>
<context>
    <name>fcoscope::LabelsPanel</name>
    <message>
        <source>No labels</source>
        <translation>没有标注</translation>
    </message>
    <message>
        <source>Labels: %1</source>
        <translation>标注：%1</translation>
    </message>
    <message>
        <source>Labels: %1, selected: %2</source>
        <translation>标注：%1，已选：%2</translation>
    </message>
    <message>
        <source>several classes</source>
        <translation>多个类别</translation>
    </message>
    <message>
        <source>No location can learn this label.</source>
        <translation>没有位置能学习这个标注。</translation>
    </message>
    <message>
        <source>No location can learn %1 of the selected labels.</source>
        <translation>所选标注中有 %1 个没有位置能学习。</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新</translation>
    </message>
    <message>
        <source>Nobody has looked at this image yet</source>
        <translation>还没有人看过这幅图像</translation>
    </message>
    <message>
        <source>Labelled</source>
        <translation>已标注</translation>
    </message>
    <message>
        <source>This image has labels that are still to be checked</source>
        <translation>这幅图像的标注还有待检查</translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>已核对</translation>
    </message>
    <message>
        <source>The labels of this image are right and complete</source>
        <translation>这幅图像的标注正确且完整</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>空</translation>
    </message>
    <message>
        <source>Nothing is in this image, on purpose</source>
        <translation>这幅图像中有意没有任何目标</translation>
    </message>
    <message>
        <source>Status of the image: %1</source>
        <translation>图像状态：%1</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Class of the selected labels</source>
        <translation>所选标注的类别</translation>
    </message>
    <message>
        <source>Type a name and press Enter; a name that is not in the list makes a new class</source>
        <translation>键入名称并按回车；列表中没有的名称会新建类别</translation>
    </message>
    <message>
        <source>Labels of the image</source>
        <translation>图像的标注</translation>
    </message>
    <message>
        <source>What is to be known of the selected labels</source>
        <translation>关于所选标注须知</translation>
    </message>
</context>
<context>
    <name>fcoscope::LayerControls</name>
    <message>
        <source>All levels</source>
        <translation>所有层级</translation>
    </message>
    <message>
        <source>Most probable</source>
        <translation>最可能的</translation>
    </message>
    <message>
        <source>Uniform</source>
        <translation>均匀</translation>
    </message>
    <message>
        <source>Blue to red</source>
        <translation>蓝到红</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>层级</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Feature map</source>
        <translation>特征图</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
</context>
<context>
    <name>fcoscope::LayersPanel</name>
    <message>
        <source>Layers</source>
        <translation>图层</translation>
    </message>
    <message>
        <source>The uppermost layer first. Drag to change the order.</source>
        <translation>最上面的图层在最前。拖动可改变顺序。</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
</context>
<context>
    <name>fcoscope::LegendView</name>
    <message>
        <source>Legend</source>
        <translation>图例</translation>
    </message>
</context>
<context>
    <name>fcoscope::LevelBars</name>
    <message>
        <source>%1 %</source>
        <translation>%1%</translation>
    </message>
    <message>
        <source>Positives of each level</source>
        <translation>各层的正样本</translation>
    </message>
    <message>
        <source>%1 regresses %2 to %3 px. Its positives learn small (%4), medium (%5) and large (%6) labels; it alone learns %7 of all labels.</source>
        <translation>%1 回归 %2 到 %3 px。它的正位置学习小（%4）、中（%5）、大（%6）标注；仅此一层能学习全部标注的 %7。</translation>
    </message>
</context>
<context>
    <name>fcoscope::LocationInspector</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the pinned locations as text, or those under the cursor</source>
        <translation>将固定的位置（或光标下的位置）复制为文本</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Compare the pins in columns</source>
        <translation>分栏比较固定的点</translation>
    </message>
    <message>
        <source>Clear pins</source>
        <translation>清除固定</translation>
    </message>
    <message>
        <source>Let go of all pinned locations</source>
        <translation>取消所有固定的位置</translation>
    </message>
    <message>
        <source>Locations under the cursor</source>
        <translation>光标下的位置</translation>
    </message>
    <message>
        <source>Pinned locations</source>
        <translation>固定的位置</translation>
    </message>
    <message>
        <source>Detections stand in for labels.</source>
        <translation>以检测结果代替标注。</translation>
    </message>
    <message>
        <source>There is nothing to inspect: neither labels nor a model say anything about this image.</source>
        <translation>没有可查看的内容：这张图像既没有标注，也没有模型的输出。</translation>
    </message>
    <message>
        <source>Move the cursor over the image to inspect its locations. A click pins them.</source>
        <translation>在图像上移动光标即可查看各位置，单击可将其固定。</translation>
    </message>
    <message>
        <source>Under the cursor</source>
        <translation>光标下</translation>
    </message>
    <message>
        <source>Pin %1</source>
        <translation>固定点 %1</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Box %1 (%2)</source>
        <translation>框 %1（%2）</translation>
    </message>
    <message>
        <source>column %1, row %2</source>
        <translation>第 %1 列，第 %2 行</translation>
    </message>
    <message>
        <source>+ %1 more that contain it</source>
        <translation>+ 另有 %1 个包含该位置的标注</translation>
    </message>
    <message>
        <source>Target: %1 px, centerness %2</source>
        <translation>目标：%1 像素，中心度 %2</translation>
    </message>
    <message>
        <source>Background: it learns no label</source>
        <translation>背景：不学习任何标注</translation>
    </message>
    <message>
        <source>+ 1 label that does not contain it</source>
        <translation>+ 1 个不包含该位置的标注</translation>
    </message>
    <message>
        <source>+ %1 labels that do not contain it</source>
        <translation>+ %1 个不包含该位置的标注</translation>
    </message>
    <message>
        <source>and %1 others</source>
        <translation>以及其他 %1 个</translation>
    </message>
    <message>
        <source>Hide the labels that do not contain it</source>
        <translation>隐藏不包含该位置的标注</translation>
    </message>
    <message>
        <source>score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Predicts: %1 px</source>
        <translation>预测：%1 像素</translation>
    </message>
    <message>
        <source>centerness %1</source>
        <translation>中心度 %1</translation>
    </message>
    <message>
        <source>IoU with its target %1</source>
        <translation>与目标的 IoU 为 %1</translation>
    </message>
    <message>
        <source>+ 1 class below the threshold</source>
        <translation>+ 1 个低于阈值的类别</translation>
    </message>
    <message>
        <source>+ %1 classes below the threshold</source>
        <translation>+ %1 个低于阈值的类别</translation>
    </message>
    <message>
        <source>Hide the classes below the threshold</source>
        <translation>隐藏低于阈值的类别</translation>
    </message>
</context>
<context>
    <name>fcoscope::MainWindow</name>
    <message>
        <source>Show them</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Tool bar</source>
        <translation>工具栏</translation>
    </message>
    <message>
        <source>No model is loaded, so nothing is detected.</source>
        <translation>没有加载模型，因此不进行检测。</translation>
    </message>
    <message>
        <source>Open model…</source>
        <translation>打开模型…</translation>
    </message>
    <message>
        <source>Detecting: %1 of %2</source>
        <translation>正在检测：%1 / %2</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>正在打开……</translation>
    </message>
</context>
<context>
    <name>fcoscope::MessageStrip</name>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>%1 more</source>
        <translation>还有 %1 条</translation>
    </message>
    <message>
        <source>Close this notice</source>
        <translation>关闭此提示</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>fcoscope::Minimap</name>
    <message>
        <source>Overview of the image</source>
        <translation>图像总览</translation>
    </message>
    <message>
        <source>Click or drag to go to another part of the image.</source>
        <translation>点击或拖动可移动到图像的其他部分。</translation>
    </message>
</context>
<context>
    <name>fcoscope::ModelComparison</name>
    <message>
        <source>Average precision, the mean over IoU thresholds from 0.50 to 0.95</source>
        <translation>平均精度，对 0.50 到 0.95 的 IoU 阈值取平均</translation>
    </message>
    <message>
        <source>Average precision at IoU 0.50</source>
        <translation>IoU 为 0.50 时的平均精度</translation>
    </message>
    <message>
        <source>Average precision at IoU 0.75</source>
        <translation>IoU 为 0.75 时的平均精度</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>%1 %2: %3</source>
        <translation>%1 %2：%3</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标注</translation>
    </message>
    <message>
        <source>AP by class</source>
        <translation>各类别的 AP</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>不认识</translation>
    </message>
    <message>
        <source>no label</source>
        <translation>无标注</translation>
    </message>
    <message>
        <source>This model has no class of that name.</source>
        <translation>该模型没有这个名称的类别。</translation>
    </message>
    <message>
        <source>Compare models</source>
        <translation>比较模型</translation>
    </message>
    <message>
        <source>Use the new model</source>
        <translation>使用新模型</translation>
    </message>
    <message>
        <source>Keep the old one</source>
        <translation>保留旧模型</translation>
    </message>
    <message>
        <source>Both models are being measured first.</source>
        <translation>先要测量两个模型。</translation>
    </message>
    <message>
        <source>Stops measuring</source>
        <translation>停止测量</translation>
    </message>
    <message>
        <source>Before: %1
After: %2</source>
        <translation>之前：%1
之后：%2</translation>
    </message>
    <message>
        <source>Both models are measured on the validation images of the run…</source>
        <translation>正在该次训练的验证图像上测量两个模型…</translation>
    </message>
    <message>
        <source>The models could not be compared: %1 The new one can still be used, unmeasured.</source>
        <translation>无法比较这两个模型：%1 新模型未经测量，仍可使用。</translation>
    </message>
    <message>
        <source>Measured so far</source>
        <translation>测量进度</translation>
    </message>
    <message>
        <source>Nothing could be measured: the images have no label of a class that the models know.</source>
        <translation>无法测量：这些图像中没有模型所认识类别的标注。</translation>
    </message>
    <message>
        <source>The old model knows none of the classes here; the new one has AP %1.</source>
        <translation>旧模型不认识这里的任何类别；新模型的 AP 为 %1。</translation>
    </message>
    <message>
        <source>Both models are equally good: AP %1.</source>
        <translation>两个模型一样好：AP 为 %1。</translation>
    </message>
    <message>
        <source>The new model is slightly better, with the same AP %1.</source>
        <translation>新模型略好，AP 同为 %1。</translation>
    </message>
    <message>
        <source>The new model is better: AP %1 instead of %2.</source>
        <translation>新模型更好：AP 为 %1，原为 %2。</translation>
    </message>
    <message>
        <source>The new model is slightly worse, with the same AP %1.</source>
        <translation>新模型略差，AP 同为 %1。</translation>
    </message>
    <message>
        <source>The new model is worse: AP %1 instead of %2.</source>
        <translation>新模型更差：AP 为 %1，原为 %2。</translation>
    </message>
    <message>
        <source>It does better on %1 of %2 images and worse on %3.</source>
        <translation>它在 %2 张图像中的 %1 张上更好，在 %3 张上更差。</translation>
    </message>
    <message>
        <source>The images disagree with AP: %1</source>
        <translation>逐张图像的结果与 AP 不一致：%1</translation>
    </message>
    <message>
        <source>One image says little: measured on another, the figures could turn round.</source>
        <translation>一张图像说明不了什么：换一张测量，结果可能相反。</translation>
    </message>
    <message>
        <source>%1 images say little: measured on others, the figures could turn round.</source>
        <translation>%1 张图像说明不了什么：换一批测量，结果可能相反。</translation>
    </message>
    <message>
        <source>Two equally good models would differ on so many in fewer than 1 of 100 cases.</source>
        <translation>两个同样好的模型出现这么多差异的情况，100 次中不到 1 次。</translation>
    </message>
    <message>
        <source>Two equally good models would differ on so many in %1 of 100 cases.</source>
        <translation>两个同样好的模型出现这么多差异的情况，100 次中约有 %1 次。</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>It lost what the old one knew of: %1.</source>
        <translation>它丢失了旧模型对以下类别的认识：%1。</translation>
    </message>
    <message>
        <source>It lost what the old one knew of: %1 and %2 more.</source>
        <translation>它丢失了旧模型对以下类别的认识：%1，另有 %2 个。</translation>
    </message>
</context>
<context>
    <name>fcoscope::ReplayPanel</name>
    <message>
        <source>There are no candidates: no score is above the threshold.</source>
        <translation>没有候选框：没有得分高于阈值。</translation>
    </message>
    <message>
        <source>Step %1 of %2: %3 from %4 stays.</source>
        <translation>第 %1 步（共 %2 步）：来自 %4 的 %3 保留。</translation>
    </message>
    <message>
        <source>Step %1 of %2: %3 from %4 goes: it overlaps %5 by %6 %7 %8.</source>
        <translation>第 %1 步（共 %2 步）：来自 %4 的 %3 被去除：与 %5 的重叠为 %6 %7 %8。</translation>
    </message>
    <message>
        <source>Step %1 of %2: %3 from %4 goes: there are as many detections as asked for.</source>
        <translation>第 %1 步（共 %2 步）：来自 %4 的 %3 被去除：检测数已达到要求。</translation>
    </message>
    <message>
        <source>Step %1 of %2: %3 from %4 goes: its box has no area.</source>
        <translation>第 %1 步（共 %2 步）：来自 %4 的 %3 被去除：其框没有面积。</translation>
    </message>
    <message>
        <source>Step %1 of %2: %3 from %4 goes: its score is not above the threshold.</source>
        <translation>第 %1 步（共 %2 步）：来自 %4 的 %3 被去除：其得分不高于阈值。</translation>
    </message>
    <message>
        <source>Before the first candidate</source>
        <translation>第一个候选框之前</translation>
    </message>
    <message>
        <source>Home</source>
        <comment>key</comment>
        <translation>Home</translation>
    </message>
    <message>
        <source>One step back</source>
        <translation>后退一步</translation>
    </message>
    <message>
        <source>Left</source>
        <comment>key</comment>
        <translation>左箭头</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Space</source>
        <comment>key</comment>
        <translation>空格</translation>
    </message>
    <message>
        <source>One step forward</source>
        <translation>前进一步</translation>
    </message>
    <message>
        <source>Right</source>
        <comment>key</comment>
        <translation>右箭头</translation>
    </message>
    <message>
        <source>After the last candidate</source>
        <translation>最后一个候选框之后</translation>
    </message>
    <message>
        <source>End</source>
        <comment>key</comment>
        <translation>End</translation>
    </message>
    <message>
        <source>Candidates judged</source>
        <translation>已判定的候选框</translation>
    </message>
    <message>
        <source>Boxes that stay</source>
        <translation>保留的框</translation>
    </message>
    <message>
        <source>NMS replay</source>
        <translation>NMS 回放</translation>
    </message>
    <message>
        <source>Candidates: %1, the best first. Each step judges one of them.</source>
        <translation>候选框：%1 个，从最好的开始。每一步判定其中一个。</translation>
    </message>
</context>
<context>
    <name>fcoscope::SavingLink</name>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存……</translation>
    </message>
    <message numerus="yes">
        <source>Not saved: %n change(s)</source>
        <translation>
            <numerusform>未保存：%n 处修改</numerusform>
        </translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>只读</translation>
    </message>
    <message numerus="yes">
        <source>%1 Nothing is lost: %n change(s) wait and are tried again.</source>
        <translation>
            <numerusform>%1 没有任何内容丢失：%n 处修改正在等待，会再次尝试保存。</numerusform>
        </translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>The labels can be looked at, not changed. %1</source>
        <translation>标注可以查看，但不能修改。%1</translation>
    </message>
    <message>
        <source>Labels changed by another program</source>
        <translation>标注被另一个程序修改过</translation>
    </message>
    <message>
        <source>Keep mine, write the file</source>
        <translation>保留我的，写入文件</translation>
    </message>
    <message>
        <source>Take the file&apos;s labels</source>
        <translation>采用文件中的标注</translation>
    </message>
    <message>
        <source>Changes that are not saved</source>
        <translation>未保存的修改</translation>
    </message>
    <message numerus="yes">
        <source>%1 %n change(s) would be lost. Close all the same?</source>
        <translation>
            <numerusform>%1 将丢失 %n 处修改。仍然关闭吗？</numerusform>
        </translation>
    </message>
    <message>
        <source>The label file %1 was changed by another program: it does not hold what FCOScope read or wrote. Whose labels count?</source>
        <translation>标注文件 %1 已被其他程序更改：其内容不再是 FCOScope 读取或写入的内容。以谁的标注为准？</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>暂不</translation>
    </message>
    <message>
        <source>The same for all files that were changed</source>
        <translation>对所有已更改的文件同样处理</translation>
    </message>
    <message>
        <source>Writing label files…</source>
        <translation>正在写入标注文件…</translation>
    </message>
    <message>
        <source>Do not close</source>
        <translation>不关闭</translation>
    </message>
</context>
<context>
    <name>fcoscope::ScorePanel</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Run the model over the data set</source>
        <translation>在数据集上运行模型</translation>
    </message>
    <message>
        <source>How well does the score tell how well a box lies? The paper&apos;s Fig. 7, for your data set.</source>
        <translation>得分能在多大程度上说明框的位置是否准确？论文的图 7，用于您的数据集。</translation>
    </message>
    <message>
        <source>Open a model and a data set with labels to hold its scores against.</source>
        <translation>请打开一个模型和一个带标注的数据集，以便比较得分。</translation>
    </message>
    <message>
        <source>Square roots</source>
        <translation>平方根</translation>
    </message>
    <message>
        <source>Plot the roots of p and of p·o, as most programs rank by, instead of the paper&apos;s product</source>
        <translation>绘制 p 与 p·o 的平方根（多数程序以此排序），而不是论文中的乘积</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
</context>
<context>
    <name>fcoscope::ScorePlot</name>
    <message>
        <source>Without centerness</source>
        <translation>不含中心度</translation>
    </message>
    <message>
        <source>With centerness</source>
        <translation>含中心度</translation>
    </message>
    <message>
        <source>Root of the class probability, √p</source>
        <translation>类别概率的平方根，√p</translation>
    </message>
    <message>
        <source>Class probability, p</source>
        <translation>类别概率，p</translation>
    </message>
    <message>
        <source>Root of class probability and centerness, √(p · o)</source>
        <translation>类别概率与中心度之积的平方根，√(p · o)</translation>
    </message>
    <message>
        <source>Class probability · centerness, p · o</source>
        <translation>类别概率 · 中心度，p · o</translation>
    </message>
    <message>
        <source>IoU with the label</source>
        <translation>与标注的 IoU</translation>
    </message>
    <message>
        <source>No candidates</source>
        <translation>没有候选框</translation>
    </message>
    <message>
        <source>Candidates in a cell</source>
        <translation>每格的候选框数</translation>
    </message>
    <message>
        <source>Score against IoU</source>
        <translation>得分与 IoU</translation>
    </message>
    <message>
        <source>%1: IoU %2, p %3, centerness %4, score %5
%6
Click to open the image at this box.</source>
        <translation>%1：IoU %2，p %3，中心度 %4，得分 %5
%6
单击可打开图像并定位到此框。</translation>
    </message>
    <message>
        <source>%1 candidates, %2 % below y = x
correlation %3</source>
        <translation>%1 个候选框，%2 % 位于 y = x 之下
相关系数 %3</translation>
    </message>
</context>
<context>
    <name>fcoscope::StatusLine</name>
    <message>
        <source>%1 found, %2 ms</source>
        <translation>%1 个目标，%2 毫秒</translation>
    </message>
    <message>
        <source>Number of detections, and the time that the network took</source>
        <translation>检测结果的数量，以及网络所用的时间</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <source>The model and the device that it runs on; click for its model card</source>
        <translation>模型及其运行设备；单击查看模型卡片</translation>
    </message>
</context>
<context>
    <name>fcoscope::SurvivorModel</name>
    <message>
        <source>Class of a box that stays</source>
        <translation>保留的框的类别</translation>
    </message>
    <message>
        <source>Stays</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Score by which candidates are looked at in turn</source>
        <translation>候选框依次被检视所依据的得分</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>How many candidates it has removed so far</source>
        <translation>到目前为止它去除的候选框数</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>去除</translation>
    </message>
</context>
<context>
    <name>fcoscope::ThresholdPanel</name>
    <message>
        <source>Reset to profile</source>
        <translation>恢复默认值</translation>
    </message>
    <message>
        <source>Go back to the values the model was made with</source>
        <translation>恢复为模型自带的值</translation>
    </message>
</context>
<context>
    <name>fcoscope::TrainingAlarms</name>
    <message>
        <source>Step %1: %2</source>
        <translation>第 %1 步：%2</translation>
    </message>
    <message>
        <source>Step %1, %2: %3</source>
        <translation>第 %1 步，%2：%3</translation>
    </message>
    <message>
        <source>Alarms</source>
        <translation>警报</translation>
    </message>
    <message>
        <source>Alarms (%1)</source>
        <translation>警报（%1）</translation>
    </message>
    <message>
        <source>Nothing to worry about so far.</source>
        <translation>目前没有需要担心的情况。</translation>
    </message>
    <message>
        <source>Copy the chosen lines, or all (Ctrl+C)</source>
        <translation>复制所选的行，未选则复制全部（Ctrl+C）</translation>
    </message>
    <message>
        <source>Copy alarms</source>
        <translation>复制警报</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>fcoscope::TrainingDocks</name>
    <message>
        <source>The fastest there is</source>
        <translation>最快的设备</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>GPU %1</source>
        <translation>GPU %1</translation>
    </message>
    <message>
        <source>The loaded model (%1)</source>
        <translation>已加载的模型（%1）</translation>
    </message>
    <message>
        <source>Nothing: random weights</source>
        <translation>无：随机权重</translation>
    </message>
    <message>
        <source>All that were looked at</source>
        <translation>所有已查看的图像</translation>
    </message>
    <message>
        <source>Those marked as verified or empty</source>
        <translation>标记为已核实或有意留空的图像</translation>
    </message>
    <message>
        <source>Those the list shows now</source>
        <translation>列表当前显示的图像</translation>
    </message>
    <message>
        <source>All, also those nobody has looked at</source>
        <translation>全部，包括无人查看过的图像</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Augmentation</source>
        <translation>数据增强</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Measured on: %1</source>
        <translation>用于评测：%1</translation>
    </message>
    <message>
        <source>%1 steps, about %2 and %3 GB</source>
        <translation>%1 步，约需 %2 和 %3 GB</translation>
    </message>
    <message>
        <source>%1 steps, about %2 GB</source>
        <translation>%1 步，约需 %2 GB</translation>
    </message>
    <message>
        <source>Open a folder of images first.</source>
        <translation>请先打开一个图像文件夹。</translation>
    </message>
    <message>
        <source>A training is going on; the next one can start after it.</source>
        <translation>一项训练正在进行；结束后才能开始下一项。</translation>
    </message>
    <message>
        <source>A training is going on</source>
        <translation>一项训练正在进行</translation>
    </message>
    <message>
        <source>The training %1 does not need the window. Shall it go on?</source>
        <translation>训练 %1 不需要窗口。要让它继续吗？</translation>
    </message>
    <message>
        <source>Let it go on</source>
        <translation>让它继续</translation>
    </message>
    <message>
        <source>Stop it, keep its model</source>
        <translation>停止训练，保留模型</translation>
    </message>
    <message>
        <source>Keep the window</source>
        <translation>保留窗口</translation>
    </message>
    <message>
        <source>Pictures as they are learnt from</source>
        <translation>学习时所见的图片</translation>
    </message>
    <message>
        <source>Use its model…</source>
        <translation>使用其模型…</translation>
    </message>
    <message>
        <source>; best AP %1</source>
        <translation>；最佳 AP %1</translation>
    </message>
    <message>
        <source>Training %1 is done%2.</source>
        <translation>训练 %1 已完成%2。</translation>
    </message>
    <message>
        <source>Training %1 was stopped%2.</source>
        <translation>训练 %1 已停止%2。</translation>
    </message>
    <message>
        <source>Training %1 has ended: %2</source>
        <translation>训练 %1 已结束：%2</translation>
    </message>
    <message>
        <source>Go on from its checkpoint</source>
        <translation>从其检查点继续</translation>
    </message>
    <message>
        <source>Training %1</source>
        <translation>训练 %1</translation>
    </message>
    <message>
        <source>%1 images train, %2 are kept to measure on. Boxes: %3, classes: %4</source>
        <translation>%1 张图像用于训练，%2 张留作评测。框：%3，类别：%4</translation>
    </message>
    <message>
        <source>the best of training %1</source>
        <translation>训练 %1 的最佳模型</translation>
    </message>
    <message>
        <source>the last of training %1</source>
        <translation>训练 %1 的最新模型</translation>
    </message>
    <message>
        <source>Training %1, where it stopped (step %2)</source>
        <translation>训练 %1，从停止处继续（第 %2 步）</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Those of the run</source>
        <translation>该运行的图像</translation>
    </message>
    <message>
        <source>… and %1 more</source>
        <translation>……以及另外 %1 个</translation>
    </message>
    <message>
        <source>The images are being read; the training starts then.</source>
        <translation>正在读取图像，读完后开始训练。</translation>
    </message>
    <message>
        <source>The images of a training are being read. It has not begun yet, and will not.</source>
        <translation>正在读取一次训练的图像。训练尚未开始，关闭后也不会开始。</translation>
    </message>
    <message>
        <source>The training %1 rests, and keeps its memory, until a window lets it go on or stops it. Shall it rest on?</source>
        <translation>训练 %1 处于暂停状态并占用内存，直到有窗口让它继续或停止。要让它保持暂停吗？</translation>
    </message>
    <message>
        <source>Do not begin it</source>
        <translation>不开始</translation>
    </message>
    <message>
        <source>Let it rest</source>
        <translation>保持暂停</translation>
    </message>
    <message>
        <source>Start it again</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 分钟</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 小时</translation>
    </message>
    <message numerus="yes">
        <source>no sign of life for %n minute(s); it may hang, or the machine is busy with other work</source>
        <translation>
            <numerusform>已有 %n 分钟没有动静；它可能卡住了，或者机器正忙于其他工作</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, %2 %</source>
        <translation>%1，%2 %</translation>
    </message>
    <message>
        <source>You look with the model of training %1, as it was a moment ago.</source>
        <translation>您正在用训练 %1 刚才的模型查看。</translation>
    </message>
    <message>
        <source>Back to %1</source>
        <translation>返回 %1</translation>
    </message>
</context>
<context>
    <name>fcoscope::TrainingForm</name>
    <message>
        <source>Go on training</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>开始训练</translation>
    </message>
    <message>
        <source>Starts after the check…</source>
        <translation>检查后开始…</translation>
    </message>
    <message>
        <source>It cannot start: %1</source>
        <translation>无法开始：%1</translation>
    </message>
    <message>
        <source>The check is not done yet. Pressed now, the training starts when it is.</source>
        <translation>检查尚未完成。现在按下，检查完成后即开始训练。</translation>
    </message>
    <message>
        <source>Goes on where the run stopped, with these settings</source>
        <translation>以这些设置从停止处继续</translation>
    </message>
    <message>
        <source>Trains in a process of its own; you can go on labelling</source>
        <translation>在单独的进程中训练；您可以继续标注</translation>
    </message>
    <message>
        <source>obstacles: %1</source>
        <translation>障碍：%1</translation>
    </message>
    <message>
        <source>warnings: %1</source>
        <translation>警告：%1</translation>
    </message>
    <message>
        <source>notes: %1</source>
        <translation>提示：%1</translation>
    </message>
    <message>
        <source>Checking the images and the settings…</source>
        <translation>正在检查图像和设置…</translation>
    </message>
    <message>
        <source>Checked: nothing stands in the way.</source>
        <translation>已检查：没有障碍。</translation>
    </message>
    <message>
        <source>Checked; %1</source>
        <translation>已检查；%1</translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Fixed since the run began; a new run can have another.</source>
        <translation>自训练开始即固定；新的训练可以不同。</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>起点</translation>
    </message>
    <message>
        <source>Weights that the training begins with; what they know need not be learnt again.</source>
        <translation>训练开始时的权重；它们已学会的无需重新学习。</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Which labelled images it learns from and is measured on.</source>
        <translation>从哪些已标注的图像学习，并在哪些上测量。</translation>
    </message>
    <message>
        <source>Everything else</source>
        <translation>其他设置</translation>
    </message>
    <message>
        <source>Which images validate</source>
        <translation>哪些图像用于验证</translation>
    </message>
    <message>
        <source>Look at samples</source>
        <translation>查看样本</translation>
    </message>
    <message>
        <source>Pictures as augmentation makes them, and what each location learns there</source>
        <translation>数据增强后的图像，以及每个位置在其中学习什么</translation>
    </message>
    <message>
        <source>Settings of the training</source>
        <translation>训练设置</translation>
    </message>
    <message>
        <source>A training is running. It has to end or be stopped first.</source>
        <translation>有训练正在进行，须等它结束或先停止它。</translation>
    </message>
    <message>
        <source>Goes on with what this run has learnt.</source>
        <translation>在该运行已学到的基础上继续。</translation>
    </message>
</context>
<context>
    <name>fcoscope::TrainingPanel</name>
    <message>
        <source>total</source>
        <translation>总计</translation>
    </message>
    <message>
        <source>class</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>box</source>
        <translation>边框</translation>
    </message>
    <message>
        <source>centerness</source>
        <translation>中心度</translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>images/s</source>
        <translation>图像/秒</translation>
    </message>
    <message>
        <source>No run yet</source>
        <translation>还没有训练</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>剩余不到一分钟</translation>
    </message>
    <message>
        <source>about %1 min left</source>
        <translation>剩余约 %1 分钟</translation>
    </message>
    <message>
        <source>about %1 h %2 min left</source>
        <translation>剩余约 %1 小时 %2 分钟</translation>
    </message>
    <message>
        <source>step %1 of %2</source>
        <translation>第 %1 步，共 %2 步</translation>
    </message>
    <message>
        <source>epoch %1 of %2</source>
        <translation>第 %1 轮，共 %2 轮</translation>
    </message>
    <message>
        <source>%1 images/s</source>
        <translation>%1 图像/秒</translation>
    </message>
    <message>
        <source>waits for data %1 % of the time</source>
        <translation>%1 % 的时间在等待数据</translation>
    </message>
    <message>
        <source>%1 of memory</source>
        <translation>内存 %1</translation>
    </message>
    <message>
        <source>best AP %1</source>
        <translation>最佳 AP %1</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Go on training where it rests</source>
        <translation>从暂停处继续训练</translation>
    </message>
    <message>
        <source>Rest after this step, with a checkpoint</source>
        <translation>完成这一步后暂停，并保存检查点</translation>
    </message>
    <message>
        <source>Steps done</source>
        <translation>已完成的步数</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop after this step; what was learnt is kept and can be used or gone on with</source>
        <translation>完成这一步后停止；学到的内容会保留，可以使用或继续训练</translation>
    </message>
    <message>
        <source>Resume…</source>
        <translation>恢复训练…</translation>
    </message>
    <message>
        <source>Go on with this run, with other settings if you like</source>
        <translation>继续这次训练，也可以改用其他设置</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>使用此模型</translation>
    </message>
    <message>
        <source>Measure this run&apos;s best model against the one that is loaded, then take it</source>
        <translation>将这次训练的最佳模型与已加载的模型比较，然后采用</translation>
    </message>
    <message>
        <source>Run:</source>
        <translation>训练：</translation>
    </message>
    <message>
        <source>Run that is shown</source>
        <translation>显示的训练</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Lay the curves of other runs under this one&apos;s</source>
        <translation>将其他训练的曲线叠放在此曲线之下</translation>
    </message>
    <message>
        <source>Smoothing:</source>
        <translation>平滑：</translation>
    </message>
    <message>
        <source>Smoothing of the curves</source>
        <translation>曲线的平滑</translation>
    </message>
    <message>
        <source>How much of the value before each smoothed value keeps; the curve itself stays, paler</source>
        <translation>每个平滑值保留前一个值的比例；原曲线以较淡的颜色保留</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Log scale</source>
        <translation>对数刻度</translation>
    </message>
    <message>
        <source>Losses and the learning rate on a logarithmic scale</source>
        <translation>损失和学习率用对数刻度显示</translation>
    </message>
    <message>
        <source>Part:</source>
        <translation>部分：</translation>
    </message>
    <message>
        <source>Part of the loss</source>
        <translation>损失的组成部分</translation>
    </message>
    <message>
        <source>AP by class</source>
        <translation>各类别的 AP</translation>
    </message>
    <message>
        <source>Class loss</source>
        <translation>分类损失</translation>
    </message>
    <message>
        <source>Box loss</source>
        <translation>边框损失</translation>
    </message>
    <message>
        <source>Centerness loss</source>
        <translation>中心度损失</translation>
    </message>
    <message>
        <source>Class loss by level</source>
        <translation>各层的分类损失</translation>
    </message>
    <message>
        <source>Box loss by level</source>
        <translation>各层的边框损失</translation>
    </message>
    <message>
        <source>Centerness loss by level</source>
        <translation>各层的中心度损失</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Positives by level</source>
        <translation>各层的正样本</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Images per second</source>
        <translation>每秒图像数</translation>
    </message>
    <message>
        <source>AP of validation</source>
        <translation>验证集 AP</translation>
    </message>
</context>
<context>
    <name>fcoscope::TrainingPictures</name>
    <message>
        <source>Step %1</source>
        <translation>第 %1 步</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有检出</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图像</translation>
    </message>
</context>
<context>
    <name>fcoscope::UnlearnableModel</name>
    <message>
        <source>No area</source>
        <translation>没有面积</translation>
    </message>
    <message>
        <source>No location inside</source>
        <translation>框内没有位置</translation>
    </message>
    <message>
        <source>None in its centre region</source>
        <translation>中心区域内没有位置</translation>
    </message>
    <message>
        <source>Outside every regression range</source>
        <translation>不在任何回归范围内</translation>
    </message>
    <message>
        <source>Lost to smaller boxes</source>
        <translation>输给了更小的框</translation>
    </message>
    <message>
        <source>None found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Remedy</source>
        <translation>办法</translation>
    </message>
</context>
<context>
    <name>fcoscope::ViewAids</name>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>伽马</translation>
    </message>
    <message>
        <source>Inverted</source>
        <translation>反相</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Show the picture as it is</source>
        <translation>按原样显示图片</translation>
    </message>
    <message>
        <source>Only on the screen: the network gets the picture as it is.</source>
        <translation>仅影响屏幕显示：网络得到的仍是原图。</translation>
    </message>
    <message>
        <source>Overview in the corner while zoomed in</source>
        <translation>放大时在角落显示总览</translation>
    </message>
</context>
<context>
    <name>fcoscope::WeightsDialog</name>
    <message>
        <source>Detectors of %1 · %2</source>
        <translation>%1 的检测器 · %2</translation>
    </message>
    <message>
        <source>Backbones of %1 · %2</source>
        <translation>%1 的骨干网络 · %2</translation>
    </message>
    <message>
        <source>non-commercial use only</source>
        <translation>仅供非商业用途</translation>
    </message>
    <message>
        <source>AP %1</source>
        <translation>AP %1</translation>
    </message>
    <message>
        <source>top-1 %1 %</source>
        <translation>top-1 %1 %</translation>
    </message>
    <message>
        <source>here</source>
        <translation>已下载</translation>
    </message>
    <message>
        <source>coming…</source>
        <translation>下载中…</translation>
    </message>
    <message>
        <source>Get weights</source>
        <translation>获取权重</translation>
    </message>
    <message>
        <source>Filter, for example: resnet-50 non-commercial</source>
        <translation>筛选，例如：resnet-50</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Published</source>
        <translation>发布值</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>I have read these terms and accept them</source>
        <translation>我已阅读并接受这些条款</translation>
    </message>
    <message>
        <source>A backbone: a training starts from it.</source>
        <translation>骨干网络：训练可由此开始。</translation>
    </message>
    <message>
        <source>&amp;Get</source>
        <translation>获取(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>停止(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Use</source>
        <translation>使用(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>The weights %1 are here.</source>
        <translation>权重 %1 已下载。</translation>
    </message>
    <message>
        <source>Use them</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>What is known of the selected weights</source>
        <translation>所选权重的已知信息</translation>
    </message>
</context>
<context>
    <name>fcoscope::WhatIfPanel</name>
    <message>
        <source>There are too few boxes to propose ranges from.</source>
        <translation>框太少，无法据此建议范围。</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Whose FCOS: every public codebase computes a slightly different one</source>
        <translation>谁的 FCOS：每个公开代码库的计算都略有不同</translation>
    </message>
    <message>
        <source>The model&apos;s</source>
        <translation>模型的</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>层级</translation>
    </message>
    <message>
        <source>Assignment</source>
        <translation>分配</translation>
    </message>
    <message>
        <source>Scores</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>NMS</source>
        <translation>NMS</translation>
    </message>
    <message>
        <source>Labels and samples</source>
        <translation>标注与样本</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Go back to the values the model was made with</source>
        <translation>恢复为模型制作时所用的值</translation>
    </message>
    <message>
        <source>Levels that learn</source>
        <translation>参与学习的层级</translation>
    </message>
    <message>
        <source>Propose from the data set</source>
        <translation>根据数据集建议</translation>
    </message>
    <message>
        <source>Range limits under which every level learns about the same number of boxes</source>
        <translation>使每个层级学习大致相同数量的框的范围界限</translation>
    </message>
    <message>
        <source>Another sample</source>
        <translation>换一个样本</translation>
    </message>
    <message>
        <source>Draw the flip, scale and crop of a training sample anew</source>
        <translation>重新抽取训练样本的翻转、缩放和裁剪</translation>
    </message>
    <message>
        <source>Draw boxes</source>
        <translation>绘制框</translation>
    </message>
    <message>
        <source>Draw, move and resize boxes in the picture; nothing is saved</source>
        <translation>在图中绘制、移动框或调整其大小；不会保存</translation>
    </message>
    <message>
        <source>Restore labels</source>
        <translation>恢复标注</translation>
    </message>
    <message>
        <source>Forget the boxes that were drawn, moved or removed</source>
        <translation>放弃绘制、移动或删除的框</translation>
    </message>
</context>
<context>
    <name>option</name>
    <message>
        <source>Score threshold</source>
        <translation>得分阈值</translation>
    </message>
    <message>
        <source>NMS threshold</source>
        <translation>NMS 阈值</translation>
    </message>
    <message>
        <source>Detections per image</source>
        <translation>每张图像的检测数</translation>
    </message>
    <message>
        <source>Candidates per level</source>
        <translation>每层的候选数</translation>
    </message>
    <message>
        <source>Short side</source>
        <translation>短边</translation>
    </message>
    <message>
        <source>Long side</source>
        <translation>长边</translation>
    </message>
    <message>
        <source>Size rounding</source>
        <translation>尺寸取整</translation>
    </message>
    <message>
        <source>Size divisor</source>
        <translation>尺寸除数</translation>
    </message>
    <message>
        <source>Strides</source>
        <translation>步长</translation>
    </message>
    <message>
        <source>Range limits</source>
        <translation>范围界限</translation>
    </message>
    <message>
        <source>Center region</source>
        <translation>中心区域</translation>
    </message>
    <message>
        <source>Center radius</source>
        <translation>中心半径</translation>
    </message>
    <message>
        <source>Range test</source>
        <translation>范围判定</translation>
    </message>
    <message>
        <source>Tie rule</source>
        <translation>冲突规则</translation>
    </message>
    <message>
        <source>Locations</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>像素约定</translation>
    </message>
    <message>
        <source>Score rule</source>
        <translation>得分规则</translation>
    </message>
    <message>
        <source>Centerness source</source>
        <translation>中心度来源</translation>
    </message>
    <message>
        <source>Rank rule</source>
        <translation>排序规则</translation>
    </message>
    <message>
        <source>Class threshold</source>
        <translation>类别阈值</translation>
    </message>
    <message>
        <source>Best class only</source>
        <translation>仅取最佳类别</translation>
    </message>
    <message>
        <source>Candidate scope</source>
        <translation>候选范围</translation>
    </message>
    <message>
        <source>NMS scope</source>
        <translation>NMS 范围</translation>
    </message>
    <message>
        <source>NMS test</source>
        <translation>NMS 判定</translation>
    </message>
    <message>
        <source>NMS frame</source>
        <translation>NMS 坐标系</translation>
    </message>
    <message>
        <source>Label source</source>
        <translation>标注来源</translation>
    </message>
    <message>
        <source>Training sample</source>
        <translation>训练样本</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批量</translation>
    </message>
    <message>
        <source>Accumulate</source>
        <translation>梯度累积</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>优化器</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>学习率计划</translation>
    </message>
    <message>
        <source>Step at</source>
        <translation>下降时刻</translation>
    </message>
    <message>
        <source>Warmup steps</source>
        <translation>预热步数</translation>
    </message>
    <message>
        <source>Frozen stages</source>
        <translation>冻结的阶段</translation>
    </message>
    <message>
        <source>Balance classes</source>
        <translation>平衡类别</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Clip norm</source>
        <translation>梯度裁剪</translation>
    </message>
    <message>
        <source>EMA decay</source>
        <translation>EMA 衰减</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Loaders</source>
        <translation>加载线程</translation>
    </message>
    <message>
        <source>Validate every</source>
        <translation>验证间隔</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>耐心值</translation>
    </message>
    <message>
        <source>Checkpoint every</source>
        <translation>检查点间隔</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>Stop after</source>
        <translation>在此步停止</translation>
    </message>
    <message>
        <source>Train width</source>
        <translation>训练宽度</translation>
    </message>
    <message>
        <source>Train height</source>
        <translation>训练高度</translation>
    </message>
    <message>
        <source>Scale spread</source>
        <translation>缩放幅度</translation>
    </message>
    <message>
        <source>Stretch spread</source>
        <translation>拉伸幅度</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>Flip x</source>
        <translation>左右翻转</translation>
    </message>
    <message>
        <source>Flip y</source>
        <translation>上下翻转</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>对比度</translation>
    </message>
    <message>
        <source>Saturation</source>
        <translation>饱和度</translation>
    </message>
    <message>
        <source>Hue</source>
        <translation>色相</translation>
    </message>
    <message>
        <source>Min visible</source>
        <translation>最小可见比例</translation>
    </message>
    <message>
        <source>Megapixel limit</source>
        <translation>百万像素上限</translation>
    </message>
    <message>
        <source>Cache size</source>
        <translation>缓存大小</translation>
    </message>
    <message>
        <source>Backbone depth</source>
        <translation>主干深度</translation>
    </message>
    <message>
        <source>Backbone width</source>
        <translation>主干宽度</translation>
    </message>
    <message>
        <source>Backbone groups</source>
        <translation>主干分组数</translation>
    </message>
    <message>
        <source>Group width</source>
        <translation>每组宽度</translation>
    </message>
    <message>
        <source>Stride conv</source>
        <translation>步长所在卷积</translation>
    </message>
    <message>
        <source>Norm epsilon</source>
        <translation>归一化 epsilon</translation>
    </message>
    <message>
        <source>Pyramid channels</source>
        <translation>金字塔通道数</translation>
    </message>
    <message>
        <source>Upsampling</source>
        <translation>上采样</translation>
    </message>
    <message>
        <source>Shared tower depth</source>
        <translation>共享塔深度</translation>
    </message>
    <message>
        <source>Tower depth</source>
        <translation>塔深度</translation>
    </message>
    <message>
        <source>Tower norm</source>
        <translation>塔的归一化</translation>
    </message>
    <message>
        <source>Tower bias</source>
        <translation>塔的偏置</translation>
    </message>
    <message>
        <source>Tower groups</source>
        <translation>塔的分组数</translation>
    </message>
    <message>
        <source>Centerness branch</source>
        <translation>中心度分支</translation>
    </message>
    <message>
        <source>Level scale</source>
        <translation>层级缩放</translation>
    </message>
    <message>
        <source>Class count</source>
        <translation>类别数</translation>
    </message>
    <message>
        <source>epochs</source>
        <translation>轮</translation>
    </message>
    <message>
        <source>images</source>
        <translation>张</translation>
    </message>
    <message>
        <source>stages</source>
        <translation>个阶段</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>步</translation>
    </message>
    <message>
        <source>strides</source>
        <translation>个步幅</translation>
    </message>
    <message>
        <source>threads</source>
        <translation>个线程</translation>
    </message>
    <message>
        <source>validations</source>
        <translation>次验证</translation>
    </message>
</context>
</TS>
